/** A table as the rest of the service sees it, whatever file it came from. */

export const TEXT_FORMATS = ['csv', 'tsv', 'ndjson'] as const;
export const FORMATS = [...TEXT_FORMATS, 'parquet'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];
export type Format = (typeof FORMATS)[number];

export const COMPRESSIONS = ['none', 'gzip'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export interface FileType {
  readonly format: Format;
  readonly compression: Compression;
}

/** `boolean`: only true/false; `datetime`: ISO 8601 dates or timestamps; everything else that is no number: `string`. */
export type ColumnType = 'number' | 'boolean' | 'datetime' | 'string';

export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  readonly missing: number;
  readonly distinct: number;
  /** Numbers for `number`, text otherwise (at most 200 characters); null when every value is missing. */
  readonly min: number | string | null;
  readonly max: number | string | null;
  /** Of `number` columns, else null. */
  readonly mean: number | null;
}

export interface TableProfile {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}

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

export type Column = NumberColumn | CategoryColumn;

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}
