import type { ServiceMetrics } from '../client/index.ts';

type Series = ServiceMetrics['series'][number];

const HOUR_SECONDS = 3600;
/** Tells processes apart. */
const STARTED = 'process_start_time_seconds';

const keyOf = ({ metric, labels }: Series) => metric + JSON.stringify(labels);
const startOf = ({ series }: ServiceMetrics) =>
  series.find(({ metric }) => metric === STARTED)?.values.findLast((value) => value !== null);

/**
 * Samples with those that came after them, of the last hour.
 * @returns undefined when they are of different processes, whose counters have nothing to do with each other
 */
export function joined(before: ServiceMetrics, after: ServiceMetrics): ServiceMetrics | undefined {
  if (after.times.length === 0) return before;
  if (startOf(before) !== startOf(after)) return undefined;
  const times = [...before.times, ...after.times];
  const tooMany = Math.max(0, times.length - HOUR_SECONDS / after.interval_seconds);
  const [old, fresh] = [before, after].map(({ series }) => new Map(series.map((one) => [keyOf(one), one])));
  const none = (of: ServiceMetrics) => of.times.map(() => null);
  const series = [...new Map([...(old ?? []), ...(fresh ?? [])])].map(([key, { metric, labels }]) => ({
    metric,
    labels,
    values: [...(old?.get(key)?.values ?? none(before)), ...(fresh?.get(key)?.values ?? none(after))].slice(
      tooMany,
    ),
  }));
  return { ...after, times: times.slice(tooMany), series };
}
