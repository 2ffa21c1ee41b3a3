import type { CellForm, ColumnType, DateForm, NumberForm } from '#tabular';
import type { DatasetWarning } from './warnings.ts';

/** What is known of a table's file and contents. */

export const TEXT_FORMATS = ['csv', 'tsv', 'ndjson'] as const;
export const FORMATS = [...TEXT_FORMATS, 'json', 'xlsx', 'parquet'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];
export type Format = (typeof FORMATS)[number];

export const COMPRESSIONS = ['none', 'gzip'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** Of texts that are not in UTF-8, by their names in the WHATWG's Encoding Standard. */
export const ENCODINGS = ['utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const DELIMITERS = [',', ';', '\t', '|'] as const;
/** What a text is said to be, where it is not to be found out. */
export interface TextLayout {
  readonly delimiter?: (typeof DELIMITERS)[number] | undefined;
  /** Whether its first line holds the names. */
  readonly header?: boolean | undefined;
  /** Cells that hold no value, beside those that never do. Compared exactly. */
  readonly na_values?: readonly string[] | undefined;
}

/** What a table to predict is said to be; what its cells mean, the model knows. */
export interface TableOptions extends Pick<TextLayout, 'delimiter' | 'header'> {
  readonly encoding?: Encoding | 'utf-8' | undefined;
}

export const READABLE_TYPES = ['number', 'datetime', 'string'] as const;
/** How its sender wants a table to be read. */
export interface ReadOptions extends TextLayout, TableOptions {
  readonly decimal?: NumberForm['decimal'] | undefined;
  readonly thousands?: NumberForm['thousands'] | undefined;
  readonly date_order?: DateForm['order'] | undefined;
  /** By column. */
  readonly types?: Readonly<Record<string, (typeof READABLE_TYPES)[number]>> | undefined;
  /** Columns to leave out. */
  readonly ignore?: readonly string[] | undefined;
}

export interface FileType {
  readonly format: Format;
  readonly compression: Compression;
  /** Unset: UTF-8, or no text. */
  readonly encoding?: Encoding | undefined;
  readonly layout?: TextLayout | undefined;
}

/** What scanner and database read as it is: a text in UTF-8 or Parquet. */
export interface PlainFileType {
  readonly format: TextFormat | 'parquet';
  readonly compression: Compression;
  readonly layout?: TextLayout | undefined;
}

export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  readonly missing: number;
  readonly distinct: number;
  /** There were too many different values to count them all: `distinct` is an estimate. */
  readonly distinct_approximate?: true;
  /** Numbers for `number`, text otherwise (at most 200 characters); null when every value is missing. */
  readonly min: number | string | null;
  readonly max: number | string | null;
  /** Of `number` columns, else null. */
  readonly mean: number | null;
  /** How its numbers or dates are written, where that is not as JSON and ISO 8601 write them. */
  readonly form?: CellForm;
  /** The form in words, and how many of the cells with a value are of it: `number (decimal comma), 300 of 300`. */
  readonly reads_as?: string;
  /** Every cell could be read in another form as well, to other values. */
  readonly ambiguous?: true;
}

/** Rows by intervals of one width, each without its upper bound but the last; times in milliseconds since 1970. */
export interface Histogram {
  readonly from: number;
  readonly width: number;
  readonly counts: readonly number[];
  /** A quarter, half and three quarters of the values lie below; undefined in profiles of before they were told. */
  readonly quartiles?: readonly [q25: number, median: number, q75: number];
}

/** Rows by the most frequent texts, which are cut at some length, and the rows of all others. */
export interface TopValues {
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly others: number;
}

export type Distribution = Histogram | TopValues;

/** How the values of columns are spread in so many rows: all of a small table, some by chance of a larger one. */
export interface Distributions {
  readonly rows: number;
  /** One for each column; null: it has no value. */
  readonly columns: readonly (Distribution | null)[];
}

/** Of a column of texts: how many of the cells looked at look like numbers, and one that does not. */
export interface NearlyNumbers {
  readonly cells: number;
  readonly numbers: number;
  /** Unset: all do, but not in one form. */
  readonly other: string | undefined;
}

export interface TableProfile {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  readonly distributions?: Distributions | undefined;
  /** By column. */
  readonly nearlyNumbers?: ReadonlyMap<string, NearlyNumbers> | undefined;
  /** As in `FileType`. */
  readonly encoding?: Encoding | undefined;
  readonly options?: ReadOptions | undefined;
  readonly preview?: Preview | undefined;
}

/** The first rows as texts, cut at some length; null: missing. Of a wide table, the first columns. */
export interface Preview {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What an inspection finds out. */
export interface InspectedTable extends Omit<TableProfile, 'nearlyNumbers'> {
  readonly warnings: readonly DatasetWarning[];
}
