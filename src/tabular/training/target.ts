import { TabularError } from '../error.ts';
import { quote } from '../quote.ts';
import type { CategoryColumn, Column, Table, Task } from '../table.ts';
import { parseNumber } from '../values/parse.ts';

export type Target = ClassTarget | NumberTarget;

interface CommonTarget {
  /** Rows of the table that have a target, in order. */
  readonly rows: Int32Array;
  /** Rows without. */
  readonly dropped: number;
}

export interface ClassTarget extends CommonTarget {
  readonly task: 'classification';
  /** By number where all are numbers, else by code point; the second of two is the positive one. */
  readonly classes: readonly string[];
  /** Of every row of the table, position in `classes`; -1: missing. */
  readonly codes: Int32Array;
}

export interface NumberTarget extends CommonTarget {
  readonly task: 'regression';
  /** Of every row of the table; NaN: missing. */
  readonly values: Float64Array;
}

const MIN_ROWS = 8;
const MAX_CLASSES = 1000;
const MAX_DISTINCT_OF_NUMERIC_CLASSES = 20;

/**
 * What is to be predicted.
 *
 * @param task when none is given: regression for numbers with more than 20 distinct values, else classification
 * @throws TabularError `bad_target`, `single_class`, `too_few_rows`
 */
export function readTarget(table: Table, name: string, task: Task | undefined): Target {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (!column) throw new TabularError('bad_target', `The table has no column ${quote(name)}.`);
  // Turning labels into numbers takes a pass over the table that given classes can do without.
  const numbers = task === 'classification' ? null : numbersOf(column);
  const target =
    (task ?? defaultTask(numbers)) === 'regression' ? numberTarget(name, numbers) : classTarget(column);
  if (target.rows.length < MIN_ROWS) {
    throw new TabularError(
      'too_few_rows',
      `${target.rows.length} row${target.rows.length === 1 ? ' has' : 's have'} a value in the target column ${quote(name)}; training needs at least ${MIN_ROWS}.`,
    );
  }
  if (target.task === 'regression') checkSpread(name, target);
  else checkClasses(name, target);
  return target;
}

function defaultTask(numbers: Float64Array | null): Task {
  if (!numbers) return 'classification';
  const distinct = new Set<number>();
  let last = Number.NaN;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (value === last || Number.isNaN(value)) continue;
    last = value;
    distinct.add(value);
    if (distinct.size > MAX_DISTINCT_OF_NUMERIC_CLASSES) return 'regression';
  }
  return 'classification';
}

/** Null when some value is no number. */
export function numbersOf(column: Column): Float64Array | null {
  if (column.kind === 'number') {
    return column.values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  }
  const { codes, labels } = column;
  const parsed = labels.map(parseNumber);
  const isUsed = usedLabels(codes, labels.length);
  if (parsed.some((value, code) => value === undefined && isUsed[code])) return null;
  const values = new Float64Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = codes[i]! < 0 ? Number.NaN : parsed[codes[i]!]!;
  return values;
}

function numberTarget(name: string, values: Float64Array | null): NumberTarget {
  if (!values) {
    throw new TabularError(
      'bad_target',
      `Regression needs a numeric target; column ${quote(name)} holds other values.`,
    );
  }
  return { task: 'regression', values, ...present(values, (value) => !Number.isNaN(value)) };
}

function classTarget(column: Column): ClassTarget {
  const { codes, labels } = labelsOf(column);
  const isUsed = usedLabels(codes, labels.length);
  const order = labels.map((_, code) => code).filter((code) => isUsed[code] && labels[code]!.trim() !== '');
  const keys = order.map((code) => parseNumber(labels[code]!));
  const areNumbers = keys.every((key) => key !== undefined && !Number.isNaN(key));
  const numberOf = new Map(order.map((code, position) => [code, keys[position]!]));
  order.sort((a, b) =>
    areNumbers && numberOf.get(a) !== numberOf.get(b)
      ? numberOf.get(a)! - numberOf.get(b)!
      : Number(labels[a]! > labels[b]!) - Number(labels[a]! < labels[b]!),
  );
  const classOf = new Int32Array(labels.length).fill(-1);
  order.forEach((code, position) => {
    classOf[code] = position;
  });
  const classCodes = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) classCodes[i] = codes[i]! < 0 ? -1 : classOf[codes[i]!]!;
  return {
    task: 'classification',
    classes: order.map((code) => labels[code]!),
    codes: classCodes,
    ...present(classCodes, (code) => code >= 0),
  };
}

export const labelsOf = (column: Column): Pick<CategoryColumn, 'codes' | 'labels'> =>
  column.kind === 'category' ? column : numbersAsLabels(column.values);

function numbersAsLabels(values: Float64Array): { codes: Int32Array; labels: string[] } {
  const codeOf = new Map<number, number>();
  const codes = Int32Array.from(values, (value) => {
    if (!Number.isFinite(value)) return -1;
    const code = codeOf.get(value) ?? codeOf.size;
    codeOf.set(value, code);
    return code;
  });
  return { codes, labels: Array.from(codeOf.keys(), String) };
}

function usedLabels(codes: Int32Array, count: number): Uint8Array {
  const isUsed = new Uint8Array(count);
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) isUsed[codes[i]!] = 1;
  return isUsed;
}

export function present(
  values: Int32Array | Float64Array,
  isPresent: (value: number) => boolean,
): CommonTarget {
  const rows = new Int32Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (isPresent(values[i]!)) rows[count++] = i;
  return { rows: count < rows.length ? rows.slice(0, count) : rows, dropped: values.length - count };
}

function checkSpread(name: string, { rows, values }: NumberTarget): void {
  const first = values[rows[0]!]!;
  if (rows.every((row) => values[row] === first)) {
    throw new TabularError('bad_target', `The target column ${quote(name)} has only one value.`);
  }
}

function checkClasses(name: string, { classes, rows }: ClassTarget): void {
  if (classes.length < 2) {
    throw new TabularError('single_class', `The target column ${quote(name)} has only one class.`);
  }
  if (classes.length > Math.min(MAX_CLASSES, rows.length / 2)) {
    throw new TabularError(
      'bad_target',
      `The target column ${quote(name)} has ${classes.length} classes in ${rows.length} rows; classification needs at most ${MAX_CLASSES} and two rows a class.`,
    );
  }
}
