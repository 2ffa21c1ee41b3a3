/** What is made of samples of counters and buckets, as PromQL would. */

/**
 * How much a counter has grown from each sample to the next. Where it is not there yet it is 0, and it begins at 0 again
 * with its process; a gap is made up for by the sample after it.
 */
export function increases(values: readonly (number | null)[]): readonly number[] {
  let last = values[0] ?? 0;
  return values.slice(1).map((value) => {
    if (value === null) return 0;
    const grown = value < last ? value : value - last;
    last = value;
    return grown;
  });
}

/** Each with those before it that are of the same window. */
export const windowed = (grown: readonly number[], steps: number): readonly number[] =>
  grown.map((_, i) => sum(grown.slice(Math.max(0, i + 1 - steps), i + 1)));

/**
 * @param times one more than `grown`, in seconds
 * @param steps the window; the first ones have less behind them
 */
export const rates = (grown: readonly number[], times: readonly number[], steps: number): readonly number[] =>
  windowed(grown, steps).map(
    (events, i) => events / ((times[i + 1] as number) - (times[Math.max(0, i + 1 - steps)] as number)),
  );

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Of series that are equally long, step by step. */
export const added = (series: readonly (readonly number[])[], length: number): readonly number[] =>
  Array.from({ length }, (_, i) => series.reduce((total, values) => total + (values[i] as number), 0));

/** How many values are not above a bound, the last of which is infinite. */
export interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/**
 * As `histogram_quantile`: values are taken to be spread evenly within their bucket, and those beyond the last bound to
 * be that bound.
 * @param buckets by ascending bounds; undefined: nothing was counted
 */
export function quantile(level: number, buckets: readonly Bucket[]): number | undefined {
  const rank = level * (buckets.at(-1)?.count ?? 0);
  if (rank === 0) return undefined;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const { bound, count } = buckets[at] as Bucket;
  const below = buckets[at - 1] ?? { bound: 0, count: 0 };
  if (bound === Number.POSITIVE_INFINITY) return below.bound;
  return below.bound + ((bound - below.bound) * (rank - below.count)) / (count - below.count);
}
