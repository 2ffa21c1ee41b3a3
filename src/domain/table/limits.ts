import { AppError } from '../../errors.ts';

export interface TableLimits {
  readonly minRows: number;
  /** Greatest share of cells without a value, from 0 to 1. */
  readonly maxEmptyRatio: number;
  /** Of the decompressed table. */
  readonly maxBytes: number;
}

/** @throws {AppError} `too_few_rows`, `too_many_empty` */
export function checkLimits(
  rows: number,
  columns: readonly { readonly missing: number }[],
  { minRows, maxEmptyRatio }: TableLimits,
): void {
  if (rows < minRows)
    throw new AppError('too_few_rows', `The table has ${rows} rows; at least ${minRows} are needed.`);
  const empty = columns.reduce((sum, { missing }) => sum + missing, 0) / (rows * columns.length);
  if (empty > maxEmptyRatio)
    throw new AppError(
      'too_many_empty',
      `${percent(empty)} of the cells are empty; at most ${percent(maxEmptyRatio)} may be.`,
    );
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 1000) / 10} %`;
}
