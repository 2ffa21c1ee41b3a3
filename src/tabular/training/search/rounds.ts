import type { BoostingSettings } from '../boosting/boost.ts';

/** Rounds × learning rate: how far a trial may go, and how far without gain. */
const MAX_LEARNT = 30;
const PATIENCE_LEARNT = 3;
/** The search's number of rounds holds for at most so many times its rows. */
export const MAX_GROWTH = 1.5;
/** Fewer are too dear to validate on a tenth of them instead of learning from it. */
const MIN_ROWS_TO_VALIDATE = 20_000;

export function roundLimits(learningRate: number): { readonly rounds: number; readonly patience: number } {
  return {
    rounds: Math.round(MAX_LEARNT / learningRate),
    patience: Math.round(PATIENCE_LEARNT / learningRate),
  };
}

/**
 * Whether the number of rounds that the search has found is not the one to fit the model with: the model's rows are many
 * more than the search saw, or the trial might have gained from more rounds than it was allowed.
 */
export function findsRoundsAnew(
  rows: number,
  searchedRows: number,
  { rounds, learningRate }: BoostingSettings,
): boolean {
  const wasStillGaining = rounds >= 0.95 * roundLimits(learningRate).rounds;
  return rows >= MIN_ROWS_TO_VALIDATE && (rows > MAX_GROWTH * searchedRows || wasStillGaining);
}
