import type { TrainingData } from './training-data.ts';

/**
 * How many rows of equally frequent classes say as much as these: rows in proportion to the variance of what is to be
 * told, Gini's index. Of 10 000 rows of two classes, 50 of them of the second, 199. Of a regression each is one.
 */
export function effectiveRows({ target }: TrainingData, rows: Int32Array): number {
  if (target.task === 'regression') return rows.length;
  const counts = new Int32Array(target.classes.length);
  for (const row of rows) counts[target.codes[row]!]!++;
  return rows.length * evenness(Array.from(counts, (count) => count / rows.length));
}

/** From 0, where all rows are of one class, to 1, where no class is more frequent than another. */
export function evenness(shares: readonly number[]): number {
  const classes = shares.length;
  return ((1 - shares.reduce((sum, share) => sum + share ** 2, 0)) * classes) / (classes - 1);
}
