import type { BoostingSettings } from '../boosting/boost.ts';
import type { SearchPlan } from './plan.ts';

/** Rounds × learning rate: how far a trial may go, and how far without gain. */
const MAX_LEARNT = 30;
const PATIENCE_LEARNT = 3;
/** The search's number of rounds holds for at most so many times its rows. */
export const MAX_GROWTH = 1.5;
/** A fit that its time ends has at least this share of the most rounds. */
const MIN_SHARE = PATIENCE_LEARNT / MAX_LEARNT;
/** Fewer are too dear to validate on a tenth of them instead of learning from it. */
const MIN_ROWS_TO_VALIDATE = 20_000;

export function roundLimits(learningRate: number): { readonly rounds: number; readonly patience: number } {
  return {
    rounds: Math.round(MAX_LEARNT / learningRate),
    patience: Math.round(PATIENCE_LEARNT / learningRate),
  };
}

/** Rows of fits, as many as if all of them had the search's number of rounds at least. */
export function rowsWithItsRounds(fitted: number, rows: number, searched: Int32Array): number {
  return hasOutgrown(rows, searched) ? MIN_SHARE * fitted : fitted;
}

/** Whether these are so many more rows than the search saw that its number of rounds is not theirs. */
function hasOutgrown(rows: number, searched: Int32Array): boolean {
  return rows > MAX_GROWTH * searched.length;
}

/**
 * Whether the number of rounds that the search has found is not the one to fit the model with: the model's rows are many
 * more than the search saw, or the trial might have gained from more rounds than it was allowed. With a rare class the
 * search's folds tell it better than a tenth of the rows.
 */
export function findsRoundsAnew(
  rows: number,
  { rows: searched, isSmall }: Pick<SearchPlan, 'rows' | 'isSmall'>,
  { rounds, learningRate }: BoostingSettings,
): boolean {
  const wasStillGaining = rounds >= 0.95 * roundLimits(learningRate).rounds;
  return rows >= MIN_ROWS_TO_VALIDATE && (hasOutgrown(rows, searched) || (wasStillGaining && !isSmall));
}
