/** A table in memory, whatever file it came from. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

export type Column = NumberColumn | CategoryColumn;

/** NaN is a missing value. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  readonly values: Float64Array;
}

/** `codes[i]` indexes `labels`; -1 is a missing value. Labels stand exactly as in the file. */
export interface CategoryColumn {
  readonly kind: 'category';
  readonly name: string;
  readonly codes: Int32Array;
  readonly labels: readonly string[];
}

/** `boolean`: only true/false; `datetime`: ISO 8601 dates or timestamps; everything else that is no number: `string`. */
export type ColumnType = 'number' | 'boolean' | 'datetime' | 'string';

export type Task = 'classification' | 'regression';

/** How much is tried: `light` fits a linear model, `heavy` searches linear models, boosted trees and their blend. */
export type Mode = 'light' | 'heavy';
