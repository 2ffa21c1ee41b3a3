import { TabularError } from '../error.ts';
import { quote } from '../quote.ts';
import type { Column, Table } from '../table.ts';
import { readInput } from '../values/inputs.ts';
import { typeOf } from './columns.ts';
import { foldRows, type Split, splitRows } from './split.ts';
import { foldsByGroup, sizesOf, splitByGroup } from './split-by-group.ts';
import { foldsByTime, splitByTime } from './split-by-time.ts';
import type { SplitParam } from './split-params.ts';
import type { Target } from './target.ts';
import type { SplitSummary, TrainSpec } from './types.ts';

/** Parts rows into those that are learned from and those that are tried, everywhere in a run by the same rule. */
export interface Splitter {
  /** Whether another seed gives other parts. */
  readonly isDrawn: boolean;
  /** @param share of `rows` that goes to `test`, about */
  holdOut(rows: Int32Array, share: number, seed: number): Split;
  /** At most `k` splits. */
  folds(rows: Int32Array, k: number, seed: number): Split[];
  /** @param test what was held out of all rows; null: nothing was */
  describe(test: Int32Array | null): Omit<SplitSummary, 'test_fraction'>;
}

/** One to learn from and one to try, after one was held out. */
const MIN_PARTS = 3;

/** @throws TabularError `bad_params` when the column can't part the rows */
export function createSplitter(
  table: Table,
  target: Target,
  { target: targetName, params, columnTypes = {} }: Pick<TrainSpec, 'target' | 'params' | 'columnTypes'>,
): Splitter {
  const { split } = params;
  if (split === undefined || split.kind === 'random') return randomSplitter(target);
  const column = table.columns.find(({ name }) => name === split.column);
  if (!column) throw unusable(split, 'the table has no such column');
  if (column.name === targetName) throw unusable(split, 'it is the target');
  if (split.kind === 'group') return groupSplitter(split, column, target.rows);
  const type = typeOf(column, columnTypes);
  if (type !== 'number' && type !== 'datetime') throw unusable(split, 'it holds neither dates nor numbers');
  return timeSplitter(split, column, type, target.rows);
}

/** Each class in the same proportion everywhere. */
export function randomSplitter(target: Target): Splitter {
  const codes = target.task === 'classification' ? target.codes : undefined;
  return {
    isDrawn: true,
    holdOut: (rows, share, seed) => splitRows(rows, share, seed, codes),
    folds: (rows, k, seed) => foldRows(rows, k, seed, codes),
    describe: () => ({ kind: 'random' }),
  };
}

type ByTime = SplitParam & { readonly kind: 'time' };
type ByGroup = SplitParam & { readonly kind: 'group' };

function timeSplitter(
  split: ByTime,
  column: Column,
  type: 'number' | 'datetime',
  rows: Int32Array,
): Splitter {
  const input = readInput(column, { name: column.name, type });
  if (input.kind !== 'number') throw new TypeError('times are numbers');
  const times = input.values;
  checkParts(split, rows, times, Number.isNaN, 'different times');
  return {
    isDrawn: false,
    holdOut: (some, share) => splitByTime(some, share, times),
    folds: (some, k) => foldsByTime(some, k, times),
    describe(test) {
      if (!test) return { kind: 'time', column: column.name };
      const from = test.reduce((least, row) => Math.min(least, times[row]!), Number.POSITIVE_INFINITY);
      const test_from = type === 'datetime' ? new Date(from).toISOString() : from;
      return { kind: 'time', column: column.name, test_from };
    },
  };
}

function groupSplitter(split: ByGroup, column: Column, rows: Int32Array): Splitter {
  const input = readInput(column, { name: column.name, type: 'string' });
  if (input.kind !== 'category') throw new TypeError('groups are labels');
  const groups = input.codes;
  checkParts(split, rows, groups, (code) => code < 0, 'groups');
  return {
    isDrawn: true,
    holdOut: (some, share, seed) => splitByGroup(some, share, seed, groups),
    folds: (some, k, seed) => foldsByGroup(some, k, seed, groups),
    describe: (test) => ({
      kind: 'group',
      column: column.name,
      groups: sizesOf(rows, groups).size,
      ...(test && { test_groups: sizesOf(test, groups).size }),
    }),
  };
}

function checkParts(
  split: ByTime | ByGroup,
  rows: Int32Array,
  values: Float64Array | Int32Array,
  isMissing: (value: number) => boolean,
  parts: string,
): void {
  const seen = new Set<number>();
  let missing = 0;
  for (const row of rows) {
    if (isMissing(values[row]!)) missing++;
    else seen.add(values[row]!);
  }
  if (missing > 0)
    throw unusable(split, `${missing} ${missing === 1 ? 'row has' : 'rows have'} no value in it`);
  if (seen.size < MIN_PARTS)
    throw unusable(split, `it has ${seen.size} ${parts}, and ${MIN_PARTS} are needed`);
}

/** @throws TabularError `bad_params` when only one class is left to learn from */
export function checkClasses(target: Target, train: Int32Array): void {
  if (target.task === 'regression') return;
  const [first] = train;
  if (!train.every((row) => target.codes[row] === target.codes[first!])) return;
  throw new TabularError(
    'bad_params',
    `Without the rows that "split" holds out there is only one class, ${quote(target.classes[target.codes[first!]!]!)}: hold out fewer, or split otherwise.`,
  );
}

function unusable({ kind, column }: ByTime | ByGroup, why: string): TabularError {
  return new TabularError('bad_params', `Column ${quote(column)} can't split the rows by ${kind}: ${why}.`);
}
