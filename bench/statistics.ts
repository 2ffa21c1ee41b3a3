/** @param values in any order */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export interface Summary {
  readonly median: number;
  /** A tenth of the rounds each lie beyond. */
  readonly low: number;
  readonly high: number;
}

const figure = (value: number) => Number(value.toPrecision(4));

export const summarise = (values: readonly number[]): Summary => ({
  median: figure(quantile(values, 0.5)),
  low: figure(quantile(values, 0.1)),
  high: figure(quantile(values, 0.9)),
});
