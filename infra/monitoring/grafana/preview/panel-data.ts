/** A dashboard's queries, sent to a Prometheus as Grafana would send them. */
export interface PreviewPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly interval?: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly max?: number;
      readonly noValue?: string;
      readonly thresholds?: {
        readonly steps: readonly { readonly value: number | null; readonly color: string }[];
      };
      readonly custom?: {
        readonly drawStyle?: string;
        readonly stacking?: { readonly mode: string };
        readonly thresholdsStyle?: { readonly mode: string };
      };
    };
  };
  readonly options?: { readonly content?: string; readonly yAxis?: { readonly unit?: string } };
}

export interface Line {
  readonly name: string;
  /** Milliseconds since 1970 and value; null where there is no sample. */
  readonly points: readonly (readonly [number, number | null])[];
}

export interface TimeRange {
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Seconds between scrapes. */
  readonly scrapeInterval: number;
}

const POINTS_PER_PANEL = 150;

function stepOf(range: TimeRange, panel: PreviewPanel): number {
  const least = panel.interval === '1m' ? 60 : range.scrapeInterval;
  return Math.max(least, Math.ceil((range.to - range.from) / POINTS_PER_PANEL));
}

/** Grafana's rule for $__rate_interval: a step and a scrape, but four scrapes at least. */
function substitute(expr: string, range: TimeRange, step: number): string {
  const rateInterval = Math.max(step + range.scrapeInterval, 4 * range.scrapeInterval);
  return expr
    .replaceAll('$__rate_interval', `${rateInterval}s`)
    .replaceAll('$__interval', `${step}s`)
    .replaceAll('$__range', `${Math.ceil(range.to - range.from)}s`)
    .replaceAll('"$job"', '".+"')
    .replaceAll('"$instance"', '".+"')
    .replaceAll('"$route"', '".*"');
}

const legendOf = (format: string, labels: Readonly<Record<string, string>>): string =>
  format.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '').trim() || '(none)';

/**
 * @returns one line for each series of each of the panel's queries, with gaps where samples are missing
 * @throws {Error} with Prometheus's own words when it refuses a query
 */
export async function queryPanel(
  prometheus: string,
  panel: PreviewPanel,
  range: TimeRange,
): Promise<readonly Line[]> {
  const step = stepOf(range, panel);
  // Grafana aligns to the step, so that a refresh does not shift every bar.
  const start = Math.ceil(range.from / step) * step;
  const lines = await Promise.all(
    (panel.targets ?? []).map(async ({ expr, legendFormat }) => {
      const response = await fetch(`${prometheus}/api/v1/query_range`, {
        method: 'POST',
        body: new URLSearchParams({
          query: substitute(expr, range, step),
          start: String(start),
          end: String(range.to),
          step: String(step),
        }),
      });
      const answer = (await response.json()) as {
        error?: string;
        data?: { result: { metric: Record<string, string>; values: [number, string][] }[] };
      };
      if (answer.data === undefined) throw new Error(`${panel.title}: ${answer.error}`);
      return answer.data.result.map(({ metric, values }): Line => {
        const byTime = new Map(values.map(([time, value]) => [time, Number(value)]));
        const points: [number, number | null][] = [];
        for (let time = start; time <= range.to; time += step) {
          const value = byTime.get(time);
          points.push([time * 1000, value !== undefined && Number.isFinite(value) ? value : null]);
        }
        return { name: legendOf(legendFormat, metric), points };
      });
    }),
  );
  return lines.flat();
}
