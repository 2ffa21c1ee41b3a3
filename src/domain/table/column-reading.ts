import {
  type CategoryColumn,
  type Column,
  type ColumnType,
  formReader,
  type InputColumn,
  isBoolean,
  type NumberColumn,
  parseDate,
  parseNumber,
  wantedOf,
} from '#tabular';
import { AppError } from '../../errors.ts';
import type { ReadAs } from './duckdb-source.ts';
import { excerpt } from './excerpt.ts';

/** How a column of a file becomes one like that of another table, or one of a model. */
export interface ColumnReading {
  /** How its values are to be had. */
  readonly as: ReadAs;
  /**
   * @param column a block of it; it may be changed
   * @param first number of the block's first row; 0 is the file's
   * @throws {AppError} `unusable_data` for the first value that does not fit
   */
  toInput(column: Column, first: number): Column;
}

/**
 * Numbers, times and truth values mean what they mean in a Parquet file that is trained on; texts, and numbers where
 * the other table has something else, what they mean in rows.
 *
 * @param own what the column is in its file
 * @param naValues cells that hold no value in the other table
 * @throws {AppError} `unusable_data` when none of its values could fit
 */
export function columnReading(
  input: InputColumn,
  own: ColumnType,
  naValues: readonly string[],
): ColumnReading {
  const { name, type, form } = input;
  const none = new Set(naValues);
  const misfit = (row: number, value: string | number) => {
    const place = `Column ${excerpt(name)}, row ${row}, holds ${excerpt(String(value))}`;
    return new AppError('unusable_data', `${place}: ${wantedOf(input)} is needed.`);
  };
  const reading = (as: ReadAs, number: NumberReader, label: LabelReader): ColumnReading => ({
    as,
    toInput: (column, first) => {
      const misfitIn: Misfit = (row, value) => misfit(first + row, value);
      return column.kind === 'number' ? number(column, misfitIn) : label(column, misfitIn);
    },
  });
  const numbersThat = (isFit: (value: number) => boolean): NumberReader =>
    checkedNumbers((value) => (none.has(String(value)) ? Number.NaN : isFit(value) ? value : undefined));
  const asTheyAre = <Kind extends Column>(column: Kind) => column;

  if (type === 'boolean' && own === 'number')
    return reading(
      'number',
      numbersThat((value) => value === 0 || value === 1),
      asTheyAre,
    );
  if (type === 'boolean' || type === 'string') {
    const fits = type === 'boolean' ? isBoolean : () => true;
    const labels = checkedLabels((label) => (none.has(label) ? null : fits(label) ? label : undefined));
    return reading('text', asTheyAre, labels);
  }
  if (own === 'string') {
    const read = form ? formReader(form) : type === 'number' ? parseNumber : parseDate;
    return reading(
      'text',
      asTheyAre,
      numbersOf((label) => (none.has(label) ? Number.NaN : read(label))),
    );
  }
  if (own === 'datetime' && type === 'datetime') return reading('time', asTheyAre, asTheyAre);
  if (own === 'number' || (own === 'boolean' && type === 'number'))
    return reading('number', none.size === 0 ? asTheyAre : numbersThat(() => true), asTheyAre);
  const held = own === 'boolean' ? 'truth values' : 'times';
  throw new AppError('unusable_data', `Column ${excerpt(name)} holds ${held}: ${wantedOf(input)} is needed.`);
}

type Misfit = (row: number, value: string | number) => AppError;
type NumberReader = (column: NumberColumn, misfit: Misfit) => Column;
type LabelReader = (column: CategoryColumn, misfit: Misfit) => Column;

/** @param read NaN: it is none; undefined: it does not fit */
const checkedNumbers =
  (read: (value: number) => number | undefined): NumberReader =>
  (column, misfit) => {
    const { values } = column;
    for (let row = 0; row < values.length; row++) {
      if (Number.isNaN(values[row])) continue;
      const value = read(values[row]!);
      if (value === undefined) throw misfit(row, values[row]!);
      values[row] = value;
    }
    return column;
  };

const MISSING = -1;

/** @param read null: it is none; undefined: it does not fit */
const checkedLabels =
  (read: (label: string) => string | null | undefined): LabelReader =>
  (column, misfit) => {
    const known = column.labels.map(read);
    if (known.every((label) => typeof label === 'string')) return column;
    const codes = column.codes.map((code, row) => {
      const label = code < 0 ? null : known[code];
      if (label === undefined) throw misfit(row, column.labels[code]!);
      return label === null ? MISSING : code;
    });
    return { ...column, codes };
  };

/** @param read NaN: it is none; undefined: it does not fit */
const numbersOf =
  (read: (label: string) => number | undefined): LabelReader =>
  ({ name, codes, labels }, misfit) => {
    const known = labels.map(read);
    const values = new Float64Array(codes.length);
    for (let row = 0; row < codes.length; row++) {
      const value = codes[row]! < 0 ? Number.NaN : known[codes[row]!];
      if (value === undefined) throw misfit(row, labels[codes[row]!]!);
      values[row] = value;
    }
    return { kind: 'number', name, values };
  };
