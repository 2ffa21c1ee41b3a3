import type { Labels } from './label-sets.ts';
import { SCRAPE, type Series, scrapesOf, type World } from './worlds.ts';

/**
 * What a panel must show, worked out from a world's own figures, without PromQL: which processes were chosen, what
 * came in which scrape, what that makes by which label.
 */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Seconds. */
export interface Windows {
  readonly step: number;
  readonly rate: number;
  readonly range: number;
}

export interface View extends Windows {
  readonly world: World;
  /** What was chosen at the top; undefined: all of ours. */
  readonly chosen: Partial<Readonly<Record<'job' | 'instance' | 'route', string>>>;
}

export type Figure = (view: View) => readonly Sample[];
export type Where = (labels: Labels) => boolean;
export type Window = keyof Windows | number;

const OUR_JOBS = ['backend', 'worker'];
const anything: Where = () => true;

function isChosen({ name, labels }: Series, { job, instance, route }: View['chosen']): boolean {
  if (!(job ? [job] : OUR_JOBS).includes(labels['job'] ?? '')) return false;
  if (instance !== undefined && labels['instance'] !== instance) return false;
  return !/^http_server_re/.test(name) || route === undefined || labels['http_route'] === route;
}

/** Series of a name in the chosen processes. */
export const seriesIn = ({ world, chosen }: View, name: string, where = anything): readonly Series[] =>
  world.series.filter((series) => series.name === name && isChosen(series, chosen) && where(series.labels));

/** Series of a name, whoever they belong to. */
export const anybodys = ({ world }: View, name: string, where = anything): readonly Series[] =>
  world.series.filter((series) => series.name === name && where(series.labels));

export const only = (labels: Labels, by: readonly string[]): Labels =>
  Object.fromEntries(by.flatMap((label) => (label in labels ? [[label, labels[label] ?? '']] : [])));

function grouped<Item extends { readonly labels: Labels }>(
  items: readonly Item[],
  by: readonly string[],
): readonly { readonly labels: Labels; readonly items: readonly Item[] }[] {
  const groups = Map.groupBy(items, ({ labels }) => JSON.stringify(by.map((label) => labels[label])));
  return [...groups.values()].map((items) => ({ labels: only(items[0]?.labels ?? {}, by), items }));
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** One figure for each value of some labels. */
export const fold = (
  samples: readonly Sample[],
  by: readonly string[],
  how: (...values: readonly number[]) => number,
): readonly Sample[] =>
  grouped(samples, by).map(({ labels, items }) => ({
    labels,
    value: how(...items.map(({ value }) => value)),
  }));

const total = (...values: readonly number[]) => sum(values);

const secondsOf = (view: View, window: Window) => (typeof window === 'number' ? window : view[window]);

/** The scrapes that found a series within the time before now. */
function scrapesIn({ world }: View, { last = scrapesOf(world) }: Series, seconds: number): readonly number[] {
  const scrapes = Array.from({ length: last }, (_, i) => i + 1);
  return scrapes.filter((scrape) => scrape * SCRAPE > world.now - seconds);
}

const gained = ({ grows }: Series, scrapes: readonly number[]) =>
  sum(scrapes.map((scrape) => grows?.(scrape) ?? 0));

/** Whole events in a window. */
export const events =
  (by: readonly string[], name: string, window: Window, where?: Where): Figure =>
  (view) => {
    const samples = seriesIn(view, name, where).flatMap((series) => {
      const scrapes = scrapesIn(view, series, secondsOf(view, window));
      return scrapes.length > 0 ? [{ labels: series.labels, value: gained(series, scrapes) }] : [];
    });
    return fold(samples, by, total);
  };

/** What a counter gained per second from the first scrape in a window to the last: that is all a rate can know. */
const paces = (view: View, name: string, window: Window, where?: Where) =>
  seriesIn(view, name, where).flatMap((series) => {
    const [, ...later] = scrapesIn(view, series, secondsOf(view, window));
    if (later.length === 0) return [];
    return [{ labels: series.labels, value: gained(series, later) / (later.length * SCRAPE) }];
  });

/** Per second, all processes together. */
export const rate =
  (by: readonly string[], name: string, where?: Where): Figure =>
  (view) =>
    fold(paces(view, name, 'rate', where), by, total);

/** Per second, in the process that does most. */
export const highestRate =
  (by: readonly string[], name: string): Figure =>
  (view) =>
    fold(paces(view, name, 'rate'), by, Math.max);

const gauges =
  (how: (...values: readonly number[]) => number) =>
  (by: readonly string[], name: string, where?: Where): Figure =>
  (view) =>
    fold(seriesIn(view, name, where), by, how);

/** Of a state that is the same for all processes, or of the worst one. */
export const highest = gauges(Math.max);
export const lowest = gauges(Math.min);
/** Of what each process has for itself. */
export const together = gauges(total);

/** Each series as it is. */
export const each =
  (name: string): Figure =>
  (view) =>
    seriesIn(view, name);

/** Of a recorded series, which knows no choice. */
export const recorded =
  (name: string, where?: Where): Figure =>
  (view) =>
    anybodys(view, name, where);

/**
 * The value that a share of the observations does not exceed, where observations are taken to lie evenly in their
 * bucket. Of those of a window; none where nothing was observed.
 * @param name of the histogram
 */
export const quantile =
  (level: number, by: readonly string[], name: string, where?: Where, window: Window = 'rate'): Figure =>
  (view) =>
    grouped(paces(view, `${name}_bucket`, window, where), by).flatMap(({ labels, items }) => {
      const buckets = fold(items, ['le'], total)
        .map(({ labels: { le = '' }, value }) => ({
          bound: le === '+Inf' ? Infinity : Number(le),
          below: value,
        }))
        .sort((a, b) => a.bound - b.bound);
      const all = buckets.at(-1)?.below ?? 0;
      if (all === 0) return [];
      const i = buckets.findIndex(({ below }) => below >= level * all);
      const [{ bound: from, below: before } = { bound: 0, below: 0 }, { bound: to, below: until }] = [
        buckets[i - 1],
        buckets[i]!,
      ];
      return [{ labels, value: from + (to - from) * ((level * all - before) / (until - before)) }];
    });

/** Each figure made into another; undefined: it is not shown. */
export const made =
  (figure: Figure, how: (value: number) => number | undefined): Figure =>
  (view) =>
    figure(view).flatMap(({ labels, value }) => {
      const other = how(value);
      return other === undefined ? [] : [{ labels, value: other }];
    });

/** Two figures of the same labels made into one; undefined, or one of the two missing: it is not shown. */
export const both =
  (one: Figure, other: Figure, how: (one: number, other: number) => number | undefined): Figure =>
  (view) => {
    const others = new Map(other(view).map(({ labels, value }) => [JSON.stringify(labels), value]));
    return one(view).flatMap(({ labels, value }) => {
      const second = others.get(JSON.stringify(labels));
      const result = second === undefined ? undefined : how(value, second);
      return result === undefined ? [] : [{ labels, value: result }];
    });
  };

/** A part of a whole; no figure where there is no whole. */
export const share = (part: Figure, whole: Figure): Figure =>
  both(part, whole, (some, all) => (all > 0 ? some / all : undefined));

/** A figure, and what is shown for those of the others that it lacks. */
export const or =
  (figure: Figure, others: Figure): Figure =>
  (view) => {
    const samples = figure(view);
    const known = new Set(samples.map(({ labels }) => JSON.stringify(labels)));
    return [...samples, ...others(view).filter(({ labels }) => !known.has(JSON.stringify(labels)))];
  };

export const figure =
  (value: number): Figure =>
  () => [{ labels: {}, value }];

/** Time since moments. */
export const since =
  (moments: Figure): Figure =>
  (view) =>
    made(moments, (moment) => view.world.now - moment)(view);
