import { meanOf, type RowLosses, standardError } from './loss.ts';

/** On a long table a blend, which costs two models at prediction, has to lower the loss by this share. */
const MIN_RELATIVE_GAIN = 0.005;
const STEPS = 20;

export interface Blend {
  /** Of the second model, 0 … 1. */
  readonly weight: number;
  readonly loss: number;
}

/**
 * How much weight the second of two models' predictions should have: 0, 1, or between (stacking with one free weight;
 * Wolpert, 1992).
 *
 * Few rows say little about the weight, and equal weights are hard to beat then (Bates & Granger, 1969): of the
 * weights whose loss is within one standard error of the lowest (of the difference, row by row; the rule of Breiman
 * et al., 1984) the one nearest to a half is taken. On a long table that error is small and the lowest loss decides. Where
 * all rows are told rightly it would be small as well, and the surer model be all: so it counts in that a row may yet be
 * of another class.
 *
 * @param otherwise the losses if each row were of another class
 * @param isLong whether a blend has to be clearly better than both models
 * @param prior as if so many times the rows had spoken for equal weights
 */
export function findBlend(
  first: Float64Array,
  second: Float64Array,
  losses: RowLosses,
  otherwise: RowLosses | null,
  isLong: boolean,
  prior: number,
): Blend {
  const mixed = new Float64Array(first.length);
  const byWeight = Array.from({ length: STEPS + 1 }, (_, step) => {
    const weight = step / STEPS;
    for (let i = 0; i < mixed.length; i++) mixed[i] = (1 - weight) * first[i]! + weight * second[i]!;
    const rows = losses(mixed);
    return { weight, rows, loss: meanOf(rows), otherwise: otherwise?.(mixed) };
  });
  const [alone, other] = [byWeight[0]!, byWeight[STEPS]!];
  const better = other.loss < alone.loss ? other : alone;
  const best = byWeight.reduce((least, one) => (one.loss < least.loss ? one : least));
  if (isLong && best.loss >= better.loss * (1 - MIN_RELATIVE_GAIN)) return better;
  const nearest = byWeight
    .filter((one) => one.loss - best.loss <= errorOf(one, best))
    .reduce((kept, one) => (Math.abs(one.weight - 0.5) < Math.abs(kept.weight - 0.5) ? one : kept));
  const believed = (nearest.weight + prior * 0.5) / (1 + prior);
  return byWeight[Math.round(believed * STEPS)]!;
}

interface Judged {
  readonly rows: Float64Array;
  readonly otherwise: Float64Array | undefined;
}

/** Of the difference of two mean losses. By Laplace's rule of succession the next row is told wrongly once in n + 2. */
function errorOf(one: Judged, other: Judged): number {
  const seen = standardError(one.rows, other.rows);
  if (!one.otherwise || !other.otherwise) return seen;
  const n = one.rows.length;
  const rises = (of: Judged, row: number) => of.otherwise![row]! - of.rows[row]!;
  const squares = one.rows.map((_, row) => (rises(one, row) - rises(other, row)) ** 2);
  return Math.sqrt(seen ** 2 + meanOf(squares) / (n + 2) / n);
}
