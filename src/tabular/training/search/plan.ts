import { effectiveRows } from '../effective-rows.ts';
import { createRandom, sample } from '../random.ts';
import type { Split } from '../split.ts';
import type { TrainingData } from '../training-data.ts';

/** How candidates are compared: each is fitted on every split's `train` and judged on its `test`. */
export interface SearchPlan {
  readonly strategy: 'k_fold' | 'hold_out';
  /** The rows that take part. */
  readonly rows: Int32Array;
  readonly splits: readonly Split[];
  /** Whether they say so little that of two candidates the better one may be so by chance. */
  readonly isSmall: boolean;
}

const MAX_ROWS_OF_FOLDS = 20_000;
/** With a rare class a fifth of the rows may hold a handful of it: so many rows' worth are a small table. */
const MAX_ROWS_OF_SMALL_TABLES = 5000;
export const MAX_ROWS_OF_HOLD_OUT = 100_000;
const FOLDS = 5;
/** Below it one set of folds says too little. */
const ROWS_FOR_ONE_REPEAT = 500;

/**
 * Folds for small tables (twice over for the smallest), one hold-out split of at most 100 000 rows for large ones, but
 * where a class is rare folds of those. Seeded, and parted as the run's rows are.
 */
export function planSearch(data: TrainingData, rows: Int32Array, seed: number): SearchPlan {
  const { splitter } = data;
  const isLong = rows.length > MAX_ROWS_OF_FOLDS;
  const used = isLong ? sample(rows, MAX_ROWS_OF_HOLD_OUT, createRandom(seed, 'search rows')) : rows;
  const isSmall = effectiveRows(data, used) <= MAX_ROWS_OF_SMALL_TABLES;
  if (isLong && !isSmall) {
    return { strategy: 'hold_out', rows: used, splits: [splitter.holdOut(used, 0.2, seed + 1)], isSmall };
  }
  const repeats = used.length < ROWS_FOR_ONE_REPEAT && splitter.isDrawn ? 2 : 1;
  const folds = Math.min(FOLDS, used.length);
  const splits = Array.from({ length: repeats }, (_, repeat) =>
    splitter.folds(used, folds, seed + 1 + repeat),
  );
  return { strategy: 'k_fold', rows: used, splits: splits.flat(), isSmall };
}
