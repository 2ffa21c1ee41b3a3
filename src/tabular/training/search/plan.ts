import { createRandom, sample } from '../random.ts';
import { foldRows, type Split, splitRows } from '../split.ts';
import type { TrainingData } from '../training-data.ts';

/** How candidates are compared: each is fitted on every split's `train` and judged on its `test`. */
export interface SearchPlan {
  readonly strategy: 'k_fold' | 'hold_out';
  /** The rows that take part. */
  readonly rows: Int32Array;
  readonly splits: readonly Split[];
}

const MAX_ROWS_OF_FOLDS = 20_000;
export const MAX_ROWS_OF_HOLD_OUT = 100_000;
const FOLDS = 5;
/** Below it one set of folds says too little. */
const ROWS_FOR_ONE_REPEAT = 500;

/**
 * Folds for small tables (twice over for the smallest), one hold-out split of at most 100 000 rows for large ones.
 * Stratified by class, seeded.
 */
export function planSearch({ target }: TrainingData, rows: Int32Array, seed: number): SearchPlan {
  const codes = target.task === 'classification' ? target.codes : undefined;
  if (rows.length > MAX_ROWS_OF_FOLDS) {
    const used = sample(rows, MAX_ROWS_OF_HOLD_OUT, createRandom(seed, 'search rows'));
    return { strategy: 'hold_out', rows: used, splits: [splitRows(used, 0.2, seed + 1, codes)] };
  }
  const repeats = rows.length < ROWS_FOR_ONE_REPEAT ? 2 : 1;
  const folds = Math.min(FOLDS, rows.length);
  const splits = Array.from({ length: repeats }, (_, repeat) =>
    foldRows(rows, folds, seed + 1 + repeat, codes),
  );
  return { strategy: 'k_fold', rows, splits: splits.flat() };
}
