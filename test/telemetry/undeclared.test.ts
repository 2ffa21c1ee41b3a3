import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Logger } from '../../src/telemetry/log/events.ts';
import { describeSpan, inSpan } from '../../src/telemetry/span.ts';

/** What these tests promise is kept by the compiler: a line that compiles after all is an error of `npm run types`. */

test('a line of the log of other words, another level or other facts does not compile', () => {
  const lines: Record<string, unknown>[] = [];
  const logger: Logger = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  logger.info({ run: '1', mode: 'light', task: 'regression' }, 'training succeeded');
  // @ts-expect-error: no such event
  logger.info({}, 'training suceeded');
  // @ts-expect-error: an event of another level
  logger.warn({ run: '1', mode: 'light', task: 'regression' }, 'training succeeded');
  // @ts-expect-error: an attribute that it does not have
  logger.info({ run: '1', mode: 'light', task: 'regression', file: 'a.csv' }, 'training succeeded');
  // @ts-expect-error: the same of an event that has none
  logger.info({ file: 'a.csv' }, 'stopped');
  // @ts-expect-error: an attribute that it must have
  logger.info({ run: '1', mode: 'light' }, 'training succeeded');
  // @ts-expect-error: a word outside of the closed set
  logger.info({ run: '1', mode: 'lite', task: 'regression' }, 'training succeeded');
  expect(lines).toHaveLength(7);
});

test('a span of another name or other attributes does not compile', async () => {
  const work = async () => {
    describeSpan({ 'mlops.training.attempt': 1 });
    // @ts-expect-error: an attribute that no span has
    describeSpan({ 'mlops.file.name': 'a.csv' });
    // @ts-expect-error: a number, where it holds a word
    describeSpan({ 'mlops.run.id': 1 });
    return 'done';
  };
  expect(await inSpan('store model', {}, work)).toBe('done');
  // @ts-expect-error: no such span
  expect(() => inSpan('storing', {}, work)).toThrow();
  // @ts-expect-error: what it must have
  expect(await inSpan('{mlops.process.name} process', {}, work)).toBe('done');
});
