import { ProtobufWriter } from '../../../src/telemetry/exposition/protobuf-writer.ts';
import { type Prometheus, startPrometheus } from '../../support/prometheus.ts';
import { NATIVE } from '../known-metrics.ts';
import type { Query } from '../monitoring-files.ts';
import { parsePromql } from '../promql.ts';
import type { Question } from './cases.ts';
import type { Sample } from './figures.ts';
import type { Labels } from './label-sets.ts';
import { SCHEMA, SCRAPE, type Series, scrapesOf, type World } from './worlds.ts';

/**
 * Worlds in which histograms are native, in a real Prometheus: promtool 2.42 can't write them down. They are handed over
 * by remote write, each in a time of its own.
 */
export interface NativeWorlds extends AsyncDisposable {
  /** Questions of a world that found something else. */
  failuresOf(world: World, questions: readonly Question[]): Promise<readonly NativeFailure[]>;
}

export interface NativeFailure {
  readonly name: string;
  readonly sent: string;
  readonly expected: readonly Sample[];
  readonly found: readonly Sample[];
}

const APART = 4 * 3600;
/** 2001, in whole hours: before everything that a Prometheus started now has of itself. */
const BEGIN = 3600 * 277_000;
/** Within a bucket Prometheus 2 takes observations to lie evenly, as we do, 3 exponentially, which is this much less. */
const TOLERANCE = { evenly: 1e-7, exponentially: 2e-3 };

export const asksNativeHistograms = ({ expr }: Query): boolean =>
  parsePromql(expr).selectors.some(({ metric }) => NATIVE.has(metric));

export async function startNativeWorlds(worlds: readonly World[]): Promise<NativeWorlds> {
  const prometheus = await startPrometheus(undefined, ['native-histograms'], {
    flags: ['--web.enable-remote-write-receiver'],
  });
  const begins = new Map(worlds.map((world, i) => [world, BEGIN + i * APART]));
  for (const [world, begin] of begins) await write(prometheus, world, begin);
  const { data } = await prometheus.api<{ version: string }>('status/buildinfo');
  const tolerance = data.version.startsWith('2.') ? TOLERANCE.evenly : TOLERANCE.exponentially;
  return {
    async failuresOf(world, questions) {
      const at = (begins.get(world) ?? 0) + world.now;
      const failures: NativeFailure[] = [];
      for (const { name, sent, samples } of questions) {
        const expected = cellsOf(samples);
        const found = await ask(prometheus, sent, at);
        if (!isSame(expected, found ?? [], tolerance))
          failures.push({ name, sent, expected, found: found ?? [] });
      }
      return failures;
    },
    [Symbol.asyncDispose]: () => prometheus[Symbol.asyncDispose](),
  };
}

interface Answer {
  readonly result?: readonly {
    readonly metric: Labels;
    readonly value?: readonly [number, string];
    readonly histogram?: readonly [number, { readonly buckets?: readonly (readonly string[])[] }];
  }[];
}

/** Of histograms their buckets, as `le`. @returns undefined when Prometheus refuses the query */
async function ask(
  prometheus: Prometheus,
  query: string,
  at: number,
): Promise<readonly Sample[] | undefined> {
  const { data } = await prometheus.api<Answer | undefined>('query', { query, time: String(at) });
  return data?.result?.flatMap(({ metric, value, histogram }): readonly Sample[] => {
    if (value !== undefined) return [{ labels: metric, value: Number(value[1]) }];
    return (histogram?.[1].buckets ?? []).map(([, , bound = '', count]) => ({
      labels: { ...metric, le: boundOf(bound) },
      value: Number(count),
    }));
  });
}

/** In as many digits as Prometheus and we agree on. */
const boundOf = (bound: string): string =>
  String(Number(Number(bound.replace('+Inf', 'Infinity')).toPrecision(12)));

/** What lies in each bucket instead of below its bound; other samples as they are. */
function cellsOf(samples: readonly Sample[]): readonly Sample[] {
  if (!samples.some(({ labels }) => 'le' in labels)) return samples;
  return samples
    .map(({ labels: { le = '' }, value }) => ({ labels: { le: boundOf(le) }, value }))
    .sort((a, b) => Number(a.labels.le) - Number(b.labels.le))
    .map(({ labels, value }, i, sorted) => ({ labels, value: value - (sorted[i - 1]?.value ?? 0) }))
    .filter(({ value }) => value > 1e-9);
}

function isSame(expected: readonly Sample[], found: readonly Sample[], tolerance: number): boolean {
  const key = (labels: Labels) => JSON.stringify(Object.entries(labels).sort());
  const values = new Map(found.map(({ labels, value }) => [key(labels), value]));
  return (
    expected.length === found.length &&
    expected.every(({ labels, value }) => {
      const other = values.get(key(labels)) ?? Number.NaN;
      return Math.abs(other - value) <= tolerance * Math.abs(value);
    })
  );
}

/** One histogram: what was counted up to each scrape. */
interface NativeSeries {
  readonly name: string;
  readonly labels: Labels;
  readonly last: number;
  readonly count: readonly number[];
  readonly sum: readonly number[];
  /** Of each scrape, below the bound of each bucket. */
  readonly below: readonly (readonly number[])[];
}

/** What each scrape found of a series, the one before the first too. */
export function countedOf({ value, grows }: Series, scrapes: number): readonly number[] {
  const values = [value];
  for (let scrape = 1; scrape <= scrapes; scrape++)
    values.push((values.at(-1) ?? 0) + (grows?.(scrape) ?? 0));
  return values;
}

const familyOf = ({ name }: Series) => name.replace(/_(bucket|count|sum)$/, '');
const isOfNative = (series: Series) => NATIVE.has(familyOf(series));

function histogramsOf(world: World): readonly NativeSeries[] {
  const families = Map.groupBy(world.series.filter(isOfNative), (series) => {
    const { le: _, ...labels } = series.labels;
    return JSON.stringify([familyOf(series), labels]);
  });
  return [...families].flatMap(([key, parts]) => {
    const [name, labels] = JSON.parse(key) as [string, Labels];
    const last = parts[0]?.last ?? scrapesOf(world);
    const of = (suffix: string) =>
      parts.filter((part) => part.name === name + suffix).map((part) => countedOf(part, last));
    // All begin at the same count, which lies in the first bucket.
    const [count = [], sum = []] = [of('_count')[0], of('_sum')[0]];
    return count.length === 0 ? [] : [{ name, labels, last, count, sum, below: of('_bucket').slice(0, -1) }];
  });
}

// prometheus/prompb: WriteRequest, TimeSeries, Label, Sample, Histogram, BucketSpan.
const SERIES = { label: 1, sample: 2, histogram: 4 };
const SAMPLE = { value: 1, timestamp: 2 };
const HISTOGRAM = {
  ...{ count: 1, sum: 3, schema: 4, zeroThreshold: 5, zeroCount: 6 },
  ...{ positiveSpan: 11, positiveDelta: 12, timestamp: 15 },
};

function openSeries(writer: ProtobufWriter, name: string, labels: Labels): number {
  const series = writer.open(1);
  for (const [label, value] of Object.entries({ __name__: name, ...labels }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    const message = writer.open(SERIES.label);
    writer.string(1, label);
    writer.string(2, value);
    writer.close(message);
  }
  return series;
}

function writeHistogram(
  writer: ProtobufWriter,
  { name, labels, last, count, sum, below }: NativeSeries,
  begin: number,
): void {
  const series = openSeries(writer, name, labels);
  for (let scrape = 0; scrape <= last; scrape++) {
    const histogram = writer.open(SERIES.histogram);
    writer.uint(HISTOGRAM.count, count[scrape] ?? 0);
    writer.double(HISTOGRAM.sum, sum[scrape] ?? 0);
    writer.sint(HISTOGRAM.schema, SCHEMA);
    writer.double(HISTOGRAM.zeroThreshold, 2 ** -128);
    writer.uint(HISTOGRAM.zeroCount, 0);
    const span = writer.open(HISTOGRAM.positiveSpan);
    // The bucket with this index ends at the first bound.
    writer.sint(1, -1);
    writer.uint(2, below.length);
    writer.close(span);
    const inside = below.map((bound, i) => (bound[scrape] ?? 0) - (below[i - 1]?.[scrape] ?? 0));
    writer.sints(
      HISTOGRAM.positiveDelta,
      inside.map((cell, i) => cell - (inside[i - 1] ?? 0)),
    );
    writer.uint(HISTOGRAM.timestamp, (begin + scrape * SCRAPE) * 1000);
    writer.close(histogram);
  }
  writer.close(series);
}

function writeSamples(
  writer: ProtobufWriter,
  { name, labels }: Series,
  values: readonly number[],
  begin: number,
): void {
  const series = openSeries(writer, name, labels);
  for (const [scrape, value] of values.entries()) {
    const sample = writer.open(SERIES.sample);
    writer.double(SAMPLE.value, value);
    writer.uint(SAMPLE.timestamp, (begin + scrape * SCRAPE) * 1000);
    writer.close(sample);
  }
  writer.close(series);
}

async function write(prometheus: Prometheus, world: World, begin: number): Promise<void> {
  const writer = new ProtobufWriter();
  for (const histogram of histogramsOf(world)) writeHistogram(writer, histogram, begin);
  for (const series of world.series.filter((series) => !isOfNative(series)))
    writeSamples(writer, series, countedOf(series, series.last ?? scrapesOf(world)), begin);
  const response = await fetch(`${prometheus.origin}/api/v1/write`, {
    method: 'POST',
    headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' },
    body: snappyOf(writer.written),
  });
  if (!response.ok) throw new Error(`${world.title}: ${response.status} ${await response.text()}`);
}

/** Snappy's block format, with all of it literal. */
function snappyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  const last = bytes.length - 1;
  const literal = [63 << 2, last & 255, (last >>> 8) & 255, (last >>> 16) & 255, last >>> 24];
  return Uint8Array.from([...length, ...literal, ...bytes]);
}
