import type { InputColumn } from '../document.ts';
import { TabularError } from '../error.ts';
import { isNamedLikeIdentifier } from '../identifier-name.ts';
import type { CategoryColumn, Column, ColumnType, Table } from '../table.ts';
import { type InputData, readInput } from '../values/inputs.ts';
import { parseDate } from '../values/parse.ts';
import type { ExcludedColumn, TrainSpec } from './types.ts';

/** The columns a model is trained on. `columns[i]` describes `inputs[i]`. */
export interface InputSelection {
  readonly columns: readonly InputColumn[];
  readonly inputs: readonly InputData[];
  readonly excluded: readonly ExcludedColumn[];
}

/**
 * Every column but the target, less those that cannot help: empty and constant ones, identifiers, and exact
 * copies of an earlier column, and the one whose values are groups of rows. Nothing here looks at the target, so it may use all rows.
 *
 * @param rows rows of the table that have a target
 * @throws TabularError `no_features` when nothing is left
 */
export function selectInputs(
  table: Table,
  target: string,
  rows: Int32Array,
  { params, columnTypes = {}, columnForms = {} }: Pick<TrainSpec, 'params' | 'columnTypes' | 'columnForms'>,
): InputSelection {
  const columns: InputColumn[] = [];
  const inputs: InputData[] = [];
  const excluded: ExcludedColumn[] = [];
  const seen = new Map<number, InputData[]>();
  const groups = params.split?.kind === 'group' ? params.split.column : undefined;
  for (const column of table.columns) {
    if (column.name === target) continue;
    if (column.name === groups) {
      excluded.push({ column: column.name, reason: 'group' });
      continue;
    }
    const described: InputColumn = {
      name: column.name,
      type: typeOf(column, columnTypes),
      ...(Object.hasOwn(columnForms, column.name) && { form: columnForms[column.name]! }),
    };
    const input = readInput(column, described);
    const reason =
      uselessness(described, input, rows) ?? (isCopy(input, rows, seen) ? 'duplicate' : undefined);
    if (reason) {
      excluded.push({ column: column.name, reason });
    } else {
      columns.push(described);
      inputs.push(input);
    }
  }
  if (columns.length === 0) {
    throw new TabularError(
      'no_features',
      'No column is left to predict from: every column but the target is empty, constant or an identifier.',
    );
  }
  return { columns, inputs, excluded };
}

export function typeOf(column: Column, types: Readonly<Record<string, ColumnType>>): ColumnType {
  const known = Object.hasOwn(types, column.name) ? types[column.name] : undefined;
  if (known === 'datetime') return known;
  if (column.kind === 'number') return 'number';
  if (known) return known;
  if (everyLabel(column, (label) => /^(true|false)$/i.test(label))) return 'boolean';
  return everyLabel(column, (label) => parseDate(label) !== undefined) ? 'datetime' : 'string';
}

function everyLabel(column: CategoryColumn, holds: (label: string) => boolean): boolean {
  const labels = column.labels.filter((label) => label.trim() !== '');
  return labels.length > 0 && labels.every((label) => holds(label.trim()));
}

function uselessness(
  { name, type }: InputColumn,
  input: InputData,
  rows: Int32Array,
): ExcludedColumn['reason'] | undefined {
  const values = input.kind === 'number' ? input.values : input.codes;
  const isMissing = (value: number) => Number.isNaN(value) || (input.kind === 'category' && value < 0);
  const firstPresent = rows.find((row) => !isMissing(values[row]!));
  if (firstPresent === undefined) return 'empty';
  // One value with gaps is no constant: it still tells present from missing.
  if (rows.every((row) => values[row] === values[firstPresent])) return 'constant';
  const mayIdentify =
    type === 'string' ||
    (type === 'number' &&
      isNamedLikeIdentifier(name) &&
      rows.every((row) => Number.isInteger(values[row]!) || isMissing(values[row]!)));
  return mayIdentify && areUnique(values, rows, isMissing) ? 'identifier' : undefined;
}

/** Whether no value occurs twice; false for so few values that it may be chance. */
function areUnique(
  values: Float64Array | Int32Array,
  rows: Int32Array,
  isMissing: (value: number) => boolean,
): boolean {
  const seen = new Set<number>();
  for (const row of rows) {
    const value = values[row]!;
    if (isMissing(value)) continue;
    if (seen.has(value)) return false;
    seen.add(value);
  }
  return seen.size >= MIN_ROWS_FOR_IDENTIFIER;
}

const MIN_ROWS_FOR_IDENTIFIER = 20;

/** Whether an earlier column holds the same values; remembers this one. */
function isCopy(input: InputData, rows: Int32Array, seen: Map<number, InputData[]>): boolean {
  const hash = fingerprint(input, rows);
  const candidates = seen.get(hash) ?? [];
  if (candidates.some((candidate) => areEqual(candidate, input, rows))) return true;
  seen.set(hash, [...candidates, input]);
  return false;
}

/** All rows looked at have their say: of 2000 the first still by 0.99²⁰⁰⁰ of its value, far above what is rounded off. */
function fingerprint(input: InputData, rows: Int32Array): number {
  const step = Math.max(1, Math.floor(rows.length / 1000));
  let hash = input.kind === 'number' ? 1 : 2;
  for (let i = 0; i < rows.length; i += step) {
    const value = input.kind === 'number' ? input.values[rows[i]!]! : input.codes[rows[i]!]!;
    hash = 0.99 * hash + (Number.isNaN(value) ? 0.5 : value);
  }
  return hash;
}

function areEqual(a: InputData, b: InputData, rows: Int32Array): boolean {
  if (a.kind === 'number' && b.kind === 'number') {
    return rows.every((row) => Object.is(a.values[row], b.values[row]) || a.values[row] === b.values[row]);
  }
  if (a.kind === 'category' && b.kind === 'category') {
    return rows.every((row) => a.labels[a.codes[row]!] === b.labels[b.codes[row]!]);
  }
  return false;
}
