import type { BoostingSettings } from '../boosting/boost.ts';
import type { Random } from '../random.ts';
import type { SearchPlan } from './plan.ts';

/** The largest trees the search asks for. */
export const MAX_LEAVES = 127;

export type BoostingCandidate = Omit<BoostingSettings, 'rounds'>;

/**
 * Settings to try, in order: first ones that differ in what matters most (size of the trees, learning rate, how
 * much of the table a tree sees), from plain to special, then random ones from the same ranges.
 */
export function boostingCandidates(
  { rows, isSmall }: Pick<SearchPlan, 'rows' | 'isSmall'>,
  count: number,
  random: Random,
): BoostingCandidate[] {
  const fixed = isSmall ? FOR_SMALL_TABLES : FOR_LARGE_TABLES;
  const drawn = Array.from({ length: Math.max(0, count - fixed.length) }, () => draw(isSmall, random));
  // A split that must leave 20 of 80 rows on each side is hardly ever possible.
  const most = Math.max(2, Math.floor(rows.length / 20));
  return [...fixed, ...drawn]
    .slice(0, count)
    .map((candidate) => ({ ...candidate, minLeafRows: Math.min(candidate.minLeafRows, most) }));
}

export const PLAIN: BoostingCandidate = {
  learningRate: 0.1,
  leaves: 31,
  minLeafRows: 20,
  l2: 1,
  featureFraction: 1,
  rowFraction: 1,
  extraTrees: false,
};

/** Errs in other places than trees that look for the best cut, and so helps them; alone it is often smoother. */
const EXTRA: BoostingCandidate = { ...PLAIN, extraTrees: true };

const FOR_SMALL_TABLES: readonly BoostingCandidate[] = [
  { ...PLAIN, learningRate: 0.05, leaves: 8, minLeafRows: 10, featureFraction: 0.6, rowFraction: 0.8 },
  { ...EXTRA, learningRate: 0.05, leaves: 8, minLeafRows: 5, featureFraction: 0.8, rowFraction: 0.8 },
  { ...PLAIN, learningRate: 0.05, leaves: 4, minLeafRows: 5, featureFraction: 0.4, rowFraction: 0.7 },
  {
    ...EXTRA,
    learningRate: 0.03,
    leaves: 4,
    minLeafRows: 5,
    l2: 3,
    featureFraction: 0.5,
    rowFraction: 0.6,
  },
  { ...PLAIN },
  { ...PLAIN, learningRate: 0.05, leaves: 15, minLeafRows: 5, l2: 5, featureFraction: 0.4, rowFraction: 0.7 },
  { ...PLAIN, learningRate: 0.05, leaves: 2, minLeafRows: 5, rowFraction: 0.8 },
  {
    ...PLAIN,
    learningRate: 0.05,
    leaves: 6,
    minLeafRows: 20,
    l2: 10,
    featureFraction: 0.3,
    rowFraction: 0.5,
  },
  { ...PLAIN, learningRate: 0.05, leaves: 31, minLeafRows: 3, l2: 3, featureFraction: 0.3, rowFraction: 0.6 },
  { ...PLAIN, learningRate: 0.03, leaves: 4, minLeafRows: 20, l2: 3, featureFraction: 0.7, rowFraction: 0.5 },
  { ...EXTRA, learningRate: 0.05, leaves: 31, minLeafRows: 3, featureFraction: 0.6, rowFraction: 0.8 },
  { ...EXTRA, learningRate: 0.05, leaves: 15, minLeafRows: 2, l2: 0.3, rowFraction: 0.7 },
];

const FOR_LARGE_TABLES: readonly BoostingCandidate[] = [
  { ...PLAIN },
  { ...PLAIN, leaves: 63, minLeafRows: 40, featureFraction: 0.7, l2: 5 },
  { ...EXTRA, leaves: 63, minLeafRows: 10, l2: 3, featureFraction: 0.7, rowFraction: 0.8 },
  { ...PLAIN, leaves: 8 },
  { ...PLAIN, learningRate: 0.05, leaves: 31, featureFraction: 0.5, rowFraction: 0.8, l2: 3 },
  { ...PLAIN, leaves: 127, minLeafRows: 100, featureFraction: 0.5, l2: 10 },
  {
    ...PLAIN,
    learningRate: 0.05,
    leaves: 63,
    minLeafRows: 20,
    featureFraction: 0.7,
    rowFraction: 0.7,
    l2: 10,
  },
  { ...PLAIN, learningRate: 0.05, leaves: 15, minLeafRows: 50, featureFraction: 0.6, rowFraction: 0.8 },
  { ...PLAIN, leaves: 31, minLeafRows: 5, featureFraction: 0.8, l2: 0.1 },
  { ...EXTRA, leaves: 31, minLeafRows: 20, featureFraction: 0.8, rowFraction: 0.8 },
  { ...PLAIN, learningRate: 0.05, leaves: 31, featureFraction: 0.3, rowFraction: 0.6 },
  { ...EXTRA, leaves: 127, minLeafRows: 5, l2: 3, featureFraction: 0.5, rowFraction: 0.8 },
];

function draw(small: boolean, random: Random): BoostingCandidate {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  return {
    learningRate: pick(small ? [0.03, 0.05] : [0.05, 0.1]),
    leaves: pick(small ? [2, 4, 6, 8, 15, 31] : [8, 15, 31, 63, MAX_LEAVES]),
    minLeafRows: pick(small ? [3, 5, 10, 20] : [5, 20, 50, 100]),
    l2: pick([0.1, 1, 3, 10]),
    featureFraction: pick([0.3, 0.5, 0.7, 1]),
    rowFraction: pick([0.5, 0.7, 0.85, 1]),
    extraTrees: pick([false, false, true]),
  };
}
