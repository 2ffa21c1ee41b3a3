import { createRandom, sample } from '../random.ts';
import type { Split } from '../split.ts';
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
 * Seeded, and parted as the run's rows are.
 */
export function planSearch({ splitter }: TrainingData, rows: Int32Array, seed: number): SearchPlan {
  if (rows.length > MAX_ROWS_OF_FOLDS) {
    const used = sample(rows, MAX_ROWS_OF_HOLD_OUT, createRandom(seed, 'search rows'));
    return { strategy: 'hold_out', rows: used, splits: [splitter.holdOut(used, 0.2, seed + 1)] };
  }
  const repeats = rows.length < ROWS_FOR_ONE_REPEAT && splitter.isDrawn ? 2 : 1;
  const folds = Math.min(FOLDS, rows.length);
  const splits = Array.from({ length: repeats }, (_, repeat) =>
    splitter.folds(rows, folds, seed + 1 + repeat),
  );
  return { strategy: 'k_fold', rows, splits: splits.flat() };
}
