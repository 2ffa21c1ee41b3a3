/** Shares below it count as this much: an empty bin weighs a lot, but not infinitely. */
const LEAST_SHARE = 1e-4;

/**
 * Population stability index Σ (aᵢ − eᵢ) · ln(aᵢ / eᵢ) over the bins' shares: 0 where both are spread alike, without
 * an upper bound (N. Siddiqi, Credit Risk Scorecards, 2006).
 *
 * @param expected rows in each bin, at least one in all
 * @param actual rows in the same bins, at least one in all
 */
export function stabilityIndex(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  const expectedRows = sum(expected);
  const actualRows = sum(actual);
  let index = 0;
  for (let bin = 0; bin < expected.length; bin++) {
    const e = Math.max(LEAST_SHARE, expected[bin]! / expectedRows);
    const a = Math.max(LEAST_SHARE, actual[bin]! / actualRows);
    index += (a - e) * Math.log(a / e);
  }
  return index;
}

/**
 * What the index is on average when both samples come from the same source: (bins − 1) · (1 / expected rows +
 * 1 / actual rows), with the bins that are not empty (B. Yurdakul, Statistical Properties of Population Stability
 * Index, 2018).
 */
export function indexByChance(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  let bins = 0;
  for (let bin = 0; bin < expected.length; bin++) if (expected[bin]! > 0 || actual[bin]! > 0) bins++;
  return (bins - 1) * (1 / sum(expected) + 1 / sum(actual));
}

function sum(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  return total;
}
