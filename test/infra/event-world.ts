import { COUNTED } from './known-metrics.ts';
import type { Matcher } from './promql.ts';
import { selectorOf } from './promtool.ts';

/**
 * Processes to whom something happens while Prometheus scrapes them, each in the way that loses events most easily.
 * Times are seconds; Prometheus scrapes every 15 s and evaluates at the multiples of 15.
 */
const BEAT = 5;
const SCRAPE = 15;
/** Seconds after each quarter of a minute. */
const EVALUATION = 0;
export const HORIZON = 3600;

export type Labels = Readonly<Record<string, string>>;

/** What a scrape finds: a value, the end of a series, or nothing. */
type Sample = number | 'stale' | undefined;
/** Of the scrape at a time. */
type Story = (time: number) => Sample;

interface Scenario {
  /** Of counters whose series is there only once something has happened. */
  readonly only?: RegExp;
  /** Of the process that answers: when it started. */
  readonly process: Story;
  readonly counter: Story;
  /** What the rules of a Prometheus before this one had copied of both. */
  readonly copied?: { readonly process: Story; readonly counter: Story };
  /** The scrape that shows events for the first time, and how many. */
  readonly shown: { readonly at: number; readonly events: number };
}

const LONG_AGO = -9000;
const always: Story = () => LONG_AGO;
const step =
  (at: number, before: Sample, after: Sample): Story =>
  (time) =>
    time < at ? before : after;
/** `before`, then failed scrapes for so long, then `after`. */
const gap =
  (from: number, to: number, before: Sample, after: Sample): Story =>
  (time) => {
    if (time < from) return before;
    if (time >= to) return after;
    return time === from ? 'stale' : undefined;
  };
const MINUTE = 4 * SCRAPE;

/** @param at a scrape @param base what was counted before */
export const SCENARIOS: Readonly<Record<string, (at: number, base: number) => Scenario>> = {
  'in a quiet process': (at, base) => ({
    process: always,
    counter: step(at, base, base + 1),
    shown: { at, events: 1 },
  }),
  'the first one': (at) => ({ process: always, counter: step(at, 0, 1), shown: { at, events: 1 } }),
  'with which the series is born': (at) => ({
    process: always,
    counter: step(at, undefined, 1),
    shown: { at, events: 1 },
  }),
  'forty of them, with which the series is born': (at) => ({
    process: always,
    counter: step(at, undefined, 40),
    shown: { at, events: 40 },
  }),
  'in a new process, before its first scrape': (at) => ({
    process: step(at, undefined, at - 8),
    counter: step(at, undefined, 1),
    shown: { at, events: 1 },
  }),
  'in the last scrape of a process': (at, base) => ({
    process: gap(at + SCRAPE, at + MINUTE, LONG_AGO, at + 50),
    counter: (time) => (time === at ? base + 1 : gap(at + SCRAPE, at + MINUTE, base, 0)(time)),
    shown: { at, events: 1 },
  }),
  'after a restart, before the first scrape': (at, base) => ({
    process: gap(at - MINUTE, at, LONG_AGO, at - 8),
    counter: gap(at - MINUTE, at, base + 7, 1),
    shown: { at, events: 1 },
  }),
  'after a restart, where the process before had counted as many': (at) => ({
    process: gap(at - MINUTE, at, LONG_AGO, at - 8),
    counter: gap(at - MINUTE, at, 1, 1),
    shown: { at, events: 1 },
  }),
  'after a restart between two scrapes': (at) => ({
    process: step(at, LONG_AGO, at - 8),
    counter: () => 1,
    shown: { at, events: 1 },
  }),
  'the first of its kind some time after a restart': (at) => ({
    process: gap(at - 4 * MINUTE, at - 3 * MINUTE, LONG_AGO, at - 3 * MINUTE - 8),
    counter: gap(at - 4 * MINUTE, at, 1, 1),
    shown: { at, events: 1 },
  }),
  'while scrapes fail': (at, base) => ({
    process: gap(at - 2 * MINUTE, at, LONG_AGO, LONG_AGO),
    counter: gap(at - 2 * MINUTE, at, base, base + 1),
    shown: { at, events: 1 },
  }),
  'while scrapes fail for twenty minutes': (at, base) => ({
    process: gap(at - 20 * MINUTE, at, LONG_AGO, LONG_AGO),
    counter: gap(at - 20 * MINUTE, at, base, base + 1),
    shown: { at, events: 1 },
  }),
  'with which the series is born while scrapes fail': (at) => ({
    process: gap(at - 2 * MINUTE, at, LONG_AGO, LONG_AGO),
    counter: step(at, undefined, 1),
    shown: { at, events: 1 },
  }),
  'that a process counted before it and Prometheus were started anew': (at, base) => ({
    only: /^http_/,
    // Prometheus forgets what it scraped: nothing marks the end of the series.
    process: (time) => (time < at - MINUTE ? LONG_AGO : time < at ? undefined : at - 8),
    counter: step(at - MINUTE, base + 1, undefined),
    shown: { at, events: 0 },
  }),
  'of which a Prometheus before this one had made copies': (at, base) => ({
    process: step(at, undefined, at - 8),
    counter: () => undefined,
    copied: {
      process: step(at - MINUTE, LONG_AGO, undefined),
      counter: step(at - MINUTE, base + 1, undefined),
    },
    shown: { at, events: 0 },
  }),
  'that was there long before Prometheus': (at, base) => ({
    process: step(at, undefined, LONG_AGO),
    counter: step(at, undefined, base),
    shown: { at, events: 0 },
  }),
};

export interface EventSeries {
  /** The counter as it is scraped. */
  readonly name: string;
  readonly labels: Labels;
}

export interface World {
  readonly inputs: readonly { readonly series: string; readonly values: string }[];
  /** What happened: to which counter, at which evaluation it can be seen for the first time, and how many. */
  readonly events: readonly (EventSeries & { readonly at: number; readonly count: number })[];
}

/** Each scenario happens to each counter once, at a moment of its own. @param random from 0 to 1 */
export function createWorld(counters: readonly EventSeries[], random: () => number): World {
  const inputs: { series: string; values: string }[] = [];
  const events: (EventSeries & { at: number; count: number })[] = [];
  Object.values(SCENARIOS).forEach((scenario, number) => {
    for (const [index, { name, labels }] of counters.entries()) {
      const phase = BEAT * Math.floor(random() * (SCRAPE / BEAT));
      // Late enough for what comes before, early enough for what comes after.
      const at = phase + SCRAPE * (90 + Math.floor(random() * 130));
      const { only, process, counter, copied, shown } = scenario(at, Math.floor(random() * 500));
      if (only?.test(name) === false) continue;
      // One process for each, whose restart is nobody else's affair.
      const target = { job: 'backend', instance: `${number}.${index}:8000` };
      const add = (metric: string, own: Labels, story: Story, beat = phase) =>
        inputs.push({ series: selectorOf(metric, { ...own, ...target }), values: valuesOf(story, beat) });
      add('process_start_time_seconds', {}, process);
      add(name, labels, counter);
      if (copied) {
        add('instance:process:start_time', {}, copied.process, EVALUATION);
        add('instance:events:total', { ...labels, metric: metricOf(name) }, copied.counter, EVALUATION);
      }
      const seen = Math.ceil(shown.at / SCRAPE) * SCRAPE;
      events.push({ name, labels: { ...labels, ...target }, at: seen, count: shown.events });
    }
  });
  return { inputs, events };
}

/** Its value of `metric` in copies. */
const metricOf = (name: string) => [...COUNTED].find(([, counter]) => counter === name)?.[0] ?? '';

function valuesOf(story: Story, phase: number): string {
  const values: string[] = [];
  for (let time = 0; time <= HORIZON; time += BEAT)
    values.push(String(time % SCRAPE === phase ? (story(time) ?? '_') : '_'));
  return values.join(' ');
}

/** Whether a series with these labels is among those that the matchers choose. */
export const matches = (labels: Labels, matchers: readonly Matcher[]): boolean =>
  matchers.every(({ label, operator, value }) => {
    const own = labels[label] ?? '';
    const equal = operator.includes('~') ? RegExp(`^(?:${value})$`).test(own) : own === value;
    return operator.startsWith('!') ? !equal : equal;
  });
