import type { Design, HotGroup } from '../../scoring/design.ts';
import type { Evidence } from './loss.ts';

/** Of labels, as long as nothing is known of them. */
export const FIRST_LABEL_PENALTY = 1;

/** As if so many more labels had been seen, whose effects spread so much: a few tell little of a variance. */
const PRIOR_LABELS = 1;
const PRIOR_SPREAD = 0.25;
const LEAST_SPREAD = 1e-4;
const MOST_SPREAD = 100;

/**
 * The penalties, with those of each column's labels by how much these differ, as in a random-effects model (empirical
 * Bayes; Morris, 1983): a row's variance over that of their true effects. Labels that say nothing are held at 0, however
 * many they are; labels that differ are left free, and the rare ones among them drawn to the mean.
 *
 * @param x where the evidence is of, with the penalties so far
 */
export function labelPenalties(
  { hot, width }: Design,
  evidence: Evidence,
  x: Float64Array,
  penalties: Float64Array,
): Float64Array {
  const { unit } = evidence;
  const outputs = evidence.sums.map((_, k) => estimatesOf(evidence, k, x.subarray(k * (width + 1)), hot));
  const found = penalties.slice();
  for (const group of hot)
    found.fill(1 / spreadOf(group, outputs, unit), group.start, group.start + group.count);
  return found;
}

/** What the rows alone would make of each label's weight, all others held: one step of Newton's method, and its variance. */
interface Estimates {
  readonly effects: Float64Array;
  /** Infinite where no row speaks. */
  readonly variances: Float64Array;
}

function estimatesOf(
  { sums, slopes, noise }: Evidence,
  k: number,
  x: Float64Array,
  hot: readonly HotGroup[],
): Estimates {
  const effects = new Float64Array(x.length);
  const variances = new Float64Array(x.length).fill(Number.POSITIVE_INFINITY);
  for (const { start, count } of hot) {
    for (let j = start; j < start + count; j++) {
      const curvature = sums[k]![j]!;
      if (!(curvature > 0)) continue;
      effects[j] = x[j]! - slopes[k]![j]! / curvature;
      variances[j] = noise[k]![j]! / curvature ** 2;
    }
  }
  return { effects, variances };
}

/**
 * The variance τ² of a group's true effects, in units: where the effects spread as much as it and their own variances let
 * expect, Σ (effect − mean)² / (τ² + variance) being their number less one (Paule & Mandel, 1982).
 */
function spreadOf(group: HotGroup, outputs: readonly Estimates[], unit: number): number {
  let [low, high] = [LEAST_SPREAD, MOST_SPREAD];
  for (let step = 0; step < 30; step++) {
    const middle = Math.sqrt(low * high);
    // It falls with the spread.
    let excess = PRIOR_LABELS * (PRIOR_SPREAD / middle - 1);
    for (const estimates of outputs) excess += excessAt(middle * unit, group, estimates);
    if (excess > 0) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

function excessAt(variance: number, { start, count }: HotGroup, { effects, variances }: Estimates): number {
  let labels = 0;
  let precisions = 0;
  let weighted = 0;
  for (let j = start; j < start + count; j++) {
    const precision = 1 / (variance + variances[j]!);
    if (precision > 0) labels++;
    precisions += precision;
    weighted += precision * effects[j]!;
  }
  if (labels < 2) return 0;
  const mean = weighted / precisions;
  let sum = 0;
  for (let j = start; j < start + count; j++) {
    sum += (effects[j]! - mean) ** 2 / (variance + variances[j]!);
  }
  return sum - (labels - 1);
}
