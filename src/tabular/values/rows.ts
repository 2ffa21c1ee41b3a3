import type { InputColumn, ModelDocument } from '../document.ts';
import type { Column, Table } from '../table.ts';
import { formReader } from './cell-form.ts';
import { isBoolean, missingColumns, unusableValue, WANTED, wantedOf } from './inputs.ts';
import { isMissing } from './missing.ts';
import { parseDate, parseNumber } from './parse.ts';

/**
 * JSON rows → a table of the model's columns. null and what counts as missing in a file ('', 'NA', 'null' …) are
 * missing values; numbers may come as text, written as the column was in training; further columns are ignored.
 *
 * @throws TabularError `unusable_rows` naming the columns some row lacks, or the first value that does not fit
 */
export function rowsToTable(
  rows: readonly Record<string, unknown>[],
  { columns, naValues = [] }: Pick<ModelDocument, 'columns' | 'naValues'>,
): Table {
  const absent = columns.filter(({ name }) => rows.some((row) => !Object.hasOwn(row, name)));
  if (absent.length > 0) throw missingColumns(absent.map(({ name }) => name));
  const none = new Set(naValues);
  return { rows: rows.length, columns: columns.map((column) => readColumn(rows, column, none)) };
}

function readColumn(
  rows: readonly Record<string, unknown>[],
  column: InputColumn,
  none: ReadonlySet<string>,
): Column {
  const { name, type, form } = column;
  const valueIn = (row: Record<string, unknown>): unknown => {
    const value = row[name];
    if (none.size === 0 || (typeof value !== 'string' && typeof value !== 'number')) return value;
    return none.has(String(value)) ? null : value;
  };
  if (type === 'number' || type === 'datetime') {
    const parse = form ? formReader(form) : type === 'number' ? parseNumber : parseDate;
    const toNumber = type === 'number' ? numberOf : timeOf;
    const values = Float64Array.from(rows, (row, index) => {
      const value = toNumber(valueIn(row), parse);
      if (value === undefined) throw unusableValue(name, index, wantedOf(column));
      return value;
    });
    return { kind: 'number', name, values };
  }
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(rows, (row, index) => {
    const label = labelOf(valueIn(row));
    if (label === undefined || (type === 'boolean' && label !== null && !isBoolean(label)))
      throw unusableValue(name, index, WANTED[type]);
    if (label === null) return -1;
    const code = codeOf.get(label) ?? codeOf.size;
    codeOf.set(label, code);
    return code;
  });
  return { kind: 'category', name, codes, labels: [...codeOf.keys()] };
}

type Parse = (text: string) => number | undefined;

function numberOf(value: unknown, parse: Parse): number | undefined {
  if (value === null) return Number.NaN;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' ? parse(value) : undefined;
}

/** Numbers are milliseconds since 1970, as in a table's datetime column. */
function timeOf(value: unknown, parse: Parse): number | undefined {
  if (value === null) return Number.NaN;
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? parse(value) : undefined;
}

function labelOf(value: unknown): string | null | undefined {
  if (value === null || (typeof value === 'string' && isMissing(value))) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  return undefined;
}
