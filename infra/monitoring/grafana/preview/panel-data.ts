import type { TraceNode } from '../../../../src/client/index.ts';
import { cumulative, type HistogramSeries } from './native-histogram.ts';
import { asSent, leastStep, type Variable } from './variables.ts';

/** A dashboard's queries, sent to a Prometheus as Grafana would send them. */
export interface PreviewPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly interval?: string;
  readonly targets?: readonly PreviewTarget[];
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly min?: number;
      readonly max?: number;
      /** 0: of whole numbers. */
      readonly decimals?: number;
      readonly noValue?: string;
      readonly thresholds?: Thresholds;
      readonly color?: { readonly mode: string; readonly fixedColor?: string };
      readonly mappings?: readonly Mapping[];
      readonly custom?: {
        readonly drawStyle?: string;
        readonly stacking?: { readonly mode: string };
        readonly thresholdsStyle?: { readonly mode: string };
      };
    };
    /** Of one line or column, by its name. */
    readonly overrides?: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
  readonly options?: {
    readonly content?: string;
    readonly yAxis?: { readonly unit?: string };
    readonly legend?: { readonly calcs: readonly string[]; readonly sortBy?: string };
    readonly sortBy?: readonly { readonly displayName?: string }[];
  };
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: { readonly renameByName?: Readonly<Record<string, string>> };
  }[];
  /** Of a row: closed. */
  readonly collapsed?: boolean;
  /** Of a training run, which the preview draws where Grafana would ask Tempo. */
  readonly record?: TraceNode;
}

export interface PreviewDashboard {
  readonly title: string;
  readonly description: string;
  readonly panels: readonly PreviewPanel[];
}

export interface Thresholds {
  readonly steps: readonly { readonly value: number | null; readonly color: string }[];
}

interface Word {
  readonly text: string;
  readonly color: string;
}

/** Words in the place of values, by value or from a value on. */
export type Mapping =
  | { readonly type: 'value'; readonly options: Readonly<Record<string, Word>> }
  | { readonly type: 'range'; readonly options: { readonly from: number; readonly result: Word } };

interface PreviewTarget {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant?: boolean;
}

export interface Line {
  readonly name: string;
  readonly refId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970 and value; null where there is no sample. One point where one moment was asked for. */
  readonly points: readonly (readonly [number, number | null])[];
}

export interface TimeRange {
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Seconds between scrapes. */
  readonly scrapeInterval: number;
}

/** Where to ask, and what the dashboard's variables stand for, by name. */
export interface Source {
  readonly prometheus: string;
  readonly chosen: Readonly<Record<string, string>>;
}

const POINTS_PER_PANEL = 150;

function stepOf(range: TimeRange, panel: PreviewPanel): number {
  const least = leastStep(panel, range.scrapeInterval);
  const wanted = (range.to - range.from) / POINTS_PER_PANEL;
  // Whole multiples of the least step, as Grafana's own steps are.
  return least * Math.max(1, Math.ceil(wanted / least));
}

const legendOf = (format: string, labels: Readonly<Record<string, string>>): string =>
  format.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '').trim() || '(none)';

interface Series {
  readonly metric: Record<string, string>;
  readonly value?: [number, string];
  readonly values?: [number, string][];
  readonly histograms?: HistogramSeries['histograms'];
}

/** @throws {Error} with Prometheus's own words when it refuses */
async function ask<Data>(prometheus: string, path: string, body: Record<string, string>): Promise<Data> {
  const response = await fetch(`${prometheus}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(body),
  });
  const { data, error } = (await response.json()) as { data?: Data; error?: string };
  if (data === undefined) throw new Error(`Prometheus: ${error}\n${body['query'] ?? ''}`);
  return data;
}

/**
 * The value of a variable that is read off the names of metrics, as Grafana reads it: the first that is found.
 * @returns undefined when there is no such variable or no such metric
 */
export async function variableValue(
  prometheus: string,
  { query, regex = '' }: Variable,
  { from, to }: TimeRange,
): Promise<string | undefined> {
  const selector = /^label_values\((.+), __name__\)$/.exec(query)?.[1];
  if (selector === undefined) return undefined;
  const series = await ask<Record<string, string>[]>(prometheus, 'series', {
    'match[]': selector,
    start: String(from),
    end: String(to),
  });
  const pattern = RegExp(regex.slice(1, -1));
  return series
    .flatMap(({ __name__: name = '' }) => pattern.exec(name)?.[1] ?? [])
    .sort()
    .at(0);
}

/** @returns one line for each series of each of the panel's queries, with gaps where samples are missing */
export async function queryPanel(
  { prometheus, chosen }: Source,
  panel: PreviewPanel,
  range: TimeRange,
): Promise<readonly Line[]> {
  const step = stepOf(range, panel);
  const times = {
    step,
    range: Math.ceil(range.to - range.from),
    scrapeInterval: range.scrapeInterval,
  };
  // The last step ends with the range: a picture is not drawn again, and what came last is on it.
  const start = range.to - Math.floor((range.to - range.from) / step) * step;
  const lines = await Promise.all(
    (panel.targets ?? []).map(async ({ expr, legendFormat, refId, instant }) => {
      const query = asSent(expr, chosen, times);
      const { result } = instant
        ? await ask<{ result: Series[] }>(prometheus, 'query', { query, time: String(range.to) })
        : await ask<{ result: Series[] }>(prometheus, 'query_range', {
            query,
            start: String(start),
            end: String(range.to),
            step: String(step),
          });
      const line = (labels: Record<string, string>, numbers: ReadonlyMap<number, number>): Line => {
        const moments = instant ? [...numbers.keys()] : every(step, start, range.to);
        const points = moments.map((time) => {
          const number = numbers.get(time);
          return [time * 1000, number !== undefined && Number.isFinite(number) ? number : null] as const;
        });
        return { name: legendOf(legendFormat, labels), refId, labels, points };
      };
      return result.flatMap(({ metric, value, values = [], histograms }) =>
        histograms === undefined
          ? [line(metric, new Map((value ? [value] : values).map(([time, text]) => [time, Number(text)])))]
          : [...cumulative({ histograms })].map(([le, counts]) => line({ ...metric, le }, counts)),
      );
    }),
  );
  return lines.flat();
}

const every = (step: number, from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
