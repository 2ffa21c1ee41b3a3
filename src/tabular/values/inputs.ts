import type { DatePart, InputColumn } from '../document.ts';
import { TabularError } from '../error.ts';
import { quote } from '../quote.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from '../table.ts';
import { describeForm } from './cell-form.ts';
import { parseDate, parseNumber } from './parse.ts';

/** One column of a model's input, as encoders read it: datetimes are numbers (milliseconds since 1970, UTC). */
export type InputData = NumberInput | CategoryInput;

export interface NumberInput {
  readonly kind: 'number';
  /** NaN is missing; never infinite. */
  readonly values: Float64Array;
}

export interface CategoryInput {
  readonly kind: 'category';
  /** -1 is missing; else indexes `labels`, none of which is blank. */
  readonly codes: Int32Array;
  readonly labels: readonly string[];
}

/**
 * The columns a model needs, in its order, converted to its types; further columns are left alone.
 *
 * @throws TabularError `unusable_rows` naming the columns that are absent, or the first value that does not fit
 */
export function readInputs(table: Table, columns: readonly InputColumn[]): InputData[] {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const absent = columns.filter((column) => !byName.has(column.name));
  if (absent.length > 0) throw missingColumns(absent.map((column) => column.name));
  return columns.map((column) => readInput(byName.get(column.name)!, column));
}

/** @throws TabularError `unusable_rows` when a value does not fit the type */
export function readInput(column: Column, { name, type }: InputColumn): InputData {
  if (type === 'number' || type === 'datetime') {
    const values =
      column.kind === 'number'
        ? column.values
        : parseLabels(column, name, type === 'number' ? parseNumber : parseDate, type);
    return { kind: 'number', values: within(values, type === 'number' ? Number.MAX_VALUE : MAX_TIME) };
  }
  const labelled = column.kind === 'category' ? withoutBlanks(column) : numbersAsLabels(column);
  return type === 'boolean' ? asBooleans(labelled, name) : labelled;
}

export function missingColumns(names: readonly string[]): TabularError {
  const listed = names.slice(0, 20).map(quote).join(', ');
  const more = names.length > 20 ? ` and ${names.length - 20} more` : '';
  return new TabularError(
    'unusable_rows',
    `Missing column${names.length > 1 ? 's' : ''}: ${listed}${more}. Every row must carry each column the model was trained on; a value may be null.`,
  );
}

export function unusableValue(column: string, row: number, wanted: string): TabularError {
  return new TabularError('unusable_rows', `Column ${quote(column)}, row ${row}: ${wanted} is needed.`, {
    at: { column, row, wanted },
  });
}

export const WANTED: Readonly<Record<InputColumn['type'], string>> = {
  number: 'a number',
  datetime: 'an ISO 8601 date or timestamp',
  boolean: 'true or false',
  string: 'a text',
};

/** What a text in this column must be, in words. */
export const wantedOf = ({ type, form }: InputColumn): string =>
  form ? `${WANTED[type]} written as ${describeForm(form)}` : WANTED[type];

/** The furthest a date can be from 1970, in milliseconds (ECMAScript's limit, the year 275760). */
export const MAX_TIME = 8.64e15;

/** Numbers further from 0 count as missing. */
function within(values: Float64Array, limit: number): Float64Array {
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]!) > limit) {
      return values.map((value) => (Math.abs(value) <= limit ? value : Number.NaN));
    }
  }
  return values;
}

function parseLabels(
  column: CategoryColumn,
  name: string,
  parse: (text: string) => number | undefined,
  type: 'number' | 'datetime',
): Float64Array {
  const parsed = column.labels.map(parse);
  return Float64Array.from(column.codes, (code, row) => {
    if (code < 0) return Number.NaN;
    const value = parsed[code];
    if (value === undefined) throw unusableValue(name, row, WANTED[type]);
    return value;
  });
}

function withoutBlanks(column: CategoryColumn): CategoryInput {
  const { codes, labels } = column;
  const blanks = new Set(labels.keys().filter((code) => labels[code]!.trim() === ''));
  return {
    kind: 'category',
    labels,
    codes: blanks.size === 0 ? codes : codes.map((code) => (blanks.has(code) ? -1 : code)),
  };
}

function numbersAsLabels(column: NumberColumn): CategoryInput {
  const codeOf = new Map<number, number>();
  const codes = Int32Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return -1;
    const known = codeOf.get(value) ?? codeOf.size;
    codeOf.set(value, known);
    return known;
  });
  return { kind: 'category', codes, labels: Array.from(codeOf.keys(), String) };
}

const BOOLEAN_LABELS = ['false', 'true'];
const BOOLEAN_CODES = new Map([
  ['false', 0],
  ['0', 0],
  ['true', 1],
  ['1', 1],
]);

/** Whether the label stands for true or false; a blank one is a missing value and fits as well. */
export function isBoolean(label: string): boolean {
  const text = label.trim().toLowerCase();
  return text === '' || BOOLEAN_CODES.has(text);
}

function asBooleans({ codes, labels }: CategoryInput, name: string): CategoryInput {
  const booleanOf = labels.map((label) => BOOLEAN_CODES.get(label.trim().toLowerCase()));
  return {
    kind: 'category',
    labels: BOOLEAN_LABELS,
    codes: codes.map((code, row) => {
      if (code < 0) return -1;
      const boolean = booleanOf[code];
      if (boolean === undefined) throw unusableValue(name, row, WANTED.boolean);
      return boolean;
    }),
  };
}

const DAY_MS = 86_400_000;

/** The part of every date of `times` (milliseconds since 1970) as a number; NaN stays NaN. */
export function datePart(times: Float64Array, part: DatePart): Float64Array {
  if (part === 'time') return times.map((time) => time / DAY_MS);
  if (part === 'weekday') return times.map((time) => mod(Math.floor(time / DAY_MS) + 4, 7));
  if (part === 'hour') return times.map((time) => Math.floor(mod(time, DAY_MS) / 3_600_000));
  const date = new Date(0);
  return times.map((time) => {
    date.setTime(time);
    if (part === 'year') return date.getUTCFullYear();
    return part === 'month' ? date.getUTCMonth() + 1 : date.getUTCDate();
  });
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
