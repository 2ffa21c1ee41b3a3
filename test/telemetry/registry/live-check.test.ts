import { expect, test } from 'vitest';
import type { SeenLog, SeenMetric, SeenSpan } from '../../support/otlp/received.ts';
import { Exposition } from '../exposition-reader.ts';
import { LiveCheck } from './live-check.ts';

const SPAN: SeenSpan = {
  traceId: '',
  spanId: '',
  parentSpanId: '',
  name: 'trial',
  kind: 'INTERNAL',
  start: 0,
  end: 0,
  attributes: { 'mlops.trial.family': 'boosting', 'mlops.trial.loss': 0.3 },
  status: 'UNSET',
  links: [],
  events: [],
  role: 'worker',
  instrumentation: 'mlops-backend',
};
const LOG: Pick<SeenLog, 'severity' | 'body' | 'attributes'> = {
  severity: 'info',
  body: 'stopping',
  attributes: { signal: 'SIGTERM' },
};
const METRIC: SeenMetric = {
  name: 'mlops.backend.training.retries',
  instrument: 'counter',
  unit: '{attempt}',
  points: [{ attributes: { mode: 'light', reason: 'storage' }, value: 0 }],
};
const page = (family: string) => new Exposition(family);
const RETRIES = 'mlops_backend_training_retries_total';
const RETRIES_PAGE = `# HELP ${RETRIES} x\n# TYPE ${RETRIES} counter\n`;

/** What the check says of what it was shown. */
function complaints(show: (check: LiveCheck) => void): readonly string[] {
  const check = new LiveCheck();
  show(check);
  return check.undeclared;
}

test('what is declared passes', () => {
  const said = complaints((check) => {
    check.span(SPAN);
    check.log(LOG);
    check.metric(METRIC);
    check.resource({ 'service.name': 'mlops-backend', 'mlops.role': 'all' });
    check.scraped(page(`${RETRIES_PAGE}${RETRIES}{mode="heavy",reason="worker_lost"} 1\n`));
  });
  expect(said).toEqual([]);
});

test.each<[string, Partial<SeenSpan>, string]>([
  ['a name', { name: 'trail' }, 'span INTERNAL trail (mlops-backend)'],
  ['a kind', { kind: 'PRODUCER' }, 'span PRODUCER trial (mlops-backend)'],
  ['an attribute', { attributes: { ...SPAN.attributes, 'mlops.run.id': '1' } }, 'span trial · mlops.run.id'],
  [
    'an attribute’s type',
    { attributes: { ...SPAN.attributes, 'mlops.trial.loss': 'much' } },
    'span trial · mlops.trial.loss = "much"',
  ],
  [
    'no attribute where there must be one',
    { attributes: { 'mlops.trial.family': 'boosting' } },
    'span trial without mlops.trial.loss',
  ],
  [
    'an attribute of a link',
    { links: [{ traceId: '', spanId: '', attributes: { 'mlops.link': 'attempt_before' } }] },
    'span trial → link · mlops.link',
  ],
  ['something told within', { events: [{ name: 'exception', attributes: {} }] }, 'span trial ! exception'],
])('%s that no span is declared with is told', (_, change, complaint) => {
  expect(complaints((check) => check.span({ ...SPAN, ...change }))).toEqual([complaint]);
});

test.each<[string, Partial<typeof LOG>, string]>([
  ['an event', { body: 'stoping' }, 'event stoping'],
  ['a severity', { severity: 'warn' }, 'event stopping of severity warn'],
  ['an attribute', { attributes: { ...LOG.attributes, file: 'a.csv' } }, 'event stopping · file'],
  ['no attribute where there must be one', { attributes: {} }, 'event stopping without signal'],
])('%s that no line of the log is declared with is told', (_, change, complaint) => {
  expect(complaints((check) => check.log({ ...LOG, ...change }))).toEqual([complaint]);
});

const of = (attributes: Readonly<Record<string, string>>) => ({ points: [{ attributes, value: 0 }] });

test.each<[string, Partial<SeenMetric>, string]>([
  ['a name', { name: 'pgboss.queue.jobs' }, 'metric pgboss.queue.jobs'],
  ['a unit', { unit: '{run}' }, 'metric mlops.backend.training.retries as counter in {run}'],
  ['an instrument', { instrument: 'gauge' }, 'metric mlops.backend.training.retries as gauge in {attempt}'],
  [
    'an attribute',
    of({ mode: 'light', reason: 'storage', task: 'regression' }),
    'metric mlops.backend.training.retries · task',
  ],
  [
    'a value',
    of({ mode: 'lite', reason: 'storage' }),
    'metric mlops.backend.training.retries · mode = "lite"',
  ],
  [
    'a value of another metric’s',
    of({ mode: 'light', reason: 'too_large' }),
    'metric mlops.backend.training.retries · reason = too_large',
  ],
  [
    'no attribute where there must be one',
    of({ reason: 'storage' }),
    'metric mlops.backend.training.retries without mode',
  ],
])('%s that no metric is declared with is told', (_, change, complaint) => {
  expect(complaints((check) => check.metric({ ...METRIC, ...change }))).toEqual([complaint]);
});

test.each([
  ['a family', '# HELP up x\n# TYPE up gauge\nup 1\n', 'scraped gauge up'],
  [
    'a type',
    `# HELP ${RETRIES} x\n# TYPE ${RETRIES} gauge\n${RETRIES}{mode="light",reason="storage"} 1\n`,
    `scraped gauge ${RETRIES}`,
  ],
  [
    'a label',
    `${RETRIES_PAGE}${RETRIES}{mode="light",reason="storage",run="1"} 1\n`,
    `scraped ${RETRIES}{run="1"}`,
  ],
  [
    'a value of another metric’s',
    `${RETRIES_PAGE}${RETRIES}{mode="light",reason="too_large"} 1\n`,
    `scraped ${RETRIES}{reason="too_large"}`,
  ],
  [
    'no label where there must be one',
    `${RETRIES_PAGE}${RETRIES}{mode="light"} 1\n`,
    `scraped ${RETRIES} without reason`,
  ],
])('%s that no scrape is declared to have is told', (_, text, complaint) => {
  expect(complaints((check) => check.scraped(page(text)))).toEqual([complaint]);
});

test('an attribute that no resource is declared with is told', () => {
  expect(complaints((check) => check.resource({ 'process.command_line': 'node' }))).toEqual([
    'resource · process.command_line',
  ]);
});
