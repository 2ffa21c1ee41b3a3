/** Native histograms over time, as Prometheus answers them. */
export interface HistogramSeries {
  /** Seconds since 1970, and `[boundary rule, lower bound, upper bound, count]` of each bucket that is not empty. */
  readonly histograms: readonly (readonly [
    number,
    { readonly buckets?: readonly (readonly [number, string, string, string])[] },
  ])[];
}

/** @returns what classic buckets with the same bounds would hold: upper bound → time in seconds → count up to there */
export function cumulative({
  histograms,
}: HistogramSeries): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const bounds = new Set(histograms.flatMap(([, { buckets = [] }]) => buckets.map(([, , upper]) => upper)));
  return new Map(
    [...bounds].map((bound) => [
      bound,
      new Map(
        histograms.map(([time, { buckets = [] }]) => [
          time,
          buckets.reduce(
            (sum, [, , upper, count]) => sum + (Number(upper) <= Number(bound) ? Number(count) : 0),
            0,
          ),
        ]),
      ),
    ]),
  );
}
