import { describe, expect, test } from 'vitest';
import type { Column, Table } from '../../../src/tabular/table.ts';
import { createRandom } from '../../../src/tabular/training/random.ts';
import { planSearch } from '../../../src/tabular/training/search/plan.ts';
import type { Split } from '../../../src/tabular/training/split.ts';
import type { SplitParam } from '../../../src/tabular/training/split-params.ts';
import { createSplitter } from '../../../src/tabular/training/splitter.ts';
import { readTarget } from '../../../src/tabular/training/target.ts';
import { type TrainSpec, train } from '../../../src/tabular/training/train.ts';
import { SILENT, specOf } from './spec.ts';
import { allRows, trainingData } from './training-data.ts';

const DAY = 86_400_000;

const numbers = (name: string, rows: number, value: (row: number) => number): Column => ({
  kind: 'number',
  name,
  values: Float64Array.from({ length: rows }, (_, row) => value(row)),
});
const labels = (name: string, rows: number, label: (row: number) => string | null): Column => {
  const cells = Array.from({ length: rows }, (_, row) => label(row));
  const all = [...new Set(cells.filter((cell) => cell !== null))];
  return { kind: 'category', name, labels: all, codes: Int32Array.from(cells, (cell) => all.indexOf(cell!)) };
};
const spec = (split: SplitParam, over: Partial<TrainSpec> = {}): TrainSpec =>
  specOf({ ...over, params: { split, ...over.params } });
const splitterOf = (table: Table, split: SplitParam) =>
  createSplitter(table, readTarget(table, 'target', undefined), spec(split));

/** In no order of time: row r is of day r · 7 mod 101. */
const days = (rows: number): Table => {
  const random = createRandom(1);
  return {
    rows,
    columns: [
      numbers('day', rows, (row) => ((row * 7) % 101) * DAY),
      numbers('x', rows, () => random()),
      numbers('target', rows, () => random()),
    ],
  };
};
const DAYS_TYPE = { columnTypes: { day: 'datetime' } } as const;

describe('by time', () => {
  const table = days(101);
  const dayOf = (row: number) => (row * 7) % 101;
  const daysOf = (rows: Int32Array) => [...rows].map(dayOf).sort((a, b) => a - b);
  const splitter = splitterOf(table, { kind: 'time', column: 'day' });

  test('the last rows are held out, whatever their place in the table', () => {
    const { train: earlier, test: later } = splitter.holdOut(allRows(101), 0.25, 42);
    expect(daysOf(later)).toEqual(Array.from({ length: 25 }, (_, i) => 76 + i));
    expect(daysOf(earlier)).toEqual(Array.from({ length: 76 }, (_, i) => i));
    for (const part of [earlier, later]) expect(part).toEqual(part.toSorted());
  });

  // As TimeSeriesSplit(n_splits=5).split(range(101)) of scikit-learn 1.2 gives them.
  test('folds go forward in time as those of TimeSeriesSplit do', () => {
    const folds = splitter.folds(allRows(101), 5, 42);
    expect(folds.map(({ train: { length } }) => length)).toEqual([21, 37, 53, 69, 85]);
    for (const { train: earlier, test: later } of folds) {
      expect(daysOf(later)).toEqual(Array.from({ length: 16 }, (_, i) => earlier.length + i));
      expect(daysOf(earlier)).toEqual(Array.from(earlier.keys()));
    }
  });

  test('rows of one time stay together', () => {
    const years = { ...table, columns: [...table.columns, numbers('year', 101, (row) => 2000 + (row % 6))] };
    const byYear = splitterOf(years, { kind: 'time', column: 'year' });
    const yearsOf = (rows: Int32Array) => [...new Set([...rows].map((row) => 2000 + (row % 6)))].sort();
    expect(yearsOf(byYear.holdOut(allRows(101), 0.3, 42).test)).toEqual([2004, 2005]);
    const folds = byYear.folds(allRows(101), 9, 42);
    expect(folds.map((fold) => [yearsOf(fold.train), yearsOf(fold.test)])).toEqual(
      [1, 2, 3, 4, 5].map((n) => [Array.from({ length: n }, (_, i) => 2000 + i), [2000 + n]]),
    );
  });

  test('a run measures on the last quarter, says since when, and its search goes forward too', async () => {
    const { metrics, model } = await train(table, spec({ kind: 'time', column: 'day' }, DAYS_TYPE), SILENT);
    expect(metrics.split).toEqual({
      kind: 'time',
      column: 'day',
      test_from: new Date(76 * DAY).toISOString(),
      test_fraction: 0.25,
    });
    expect([metrics.n_train, metrics.n_test]).toEqual([76, 25]);
    expect(model.columns.map(({ name }) => name)).toContain('day');
    const data = { ...trainingData(table, 'target'), splitter };
    const { splits } = planSearch(data, splitter.holdOut(allRows(101), 0.25, 42).train, 42);
    expect(splits).toHaveLength(5);
    for (const { train: earlier, test: later } of splits)
      expect(Math.max(...daysOf(earlier))).toBeLessThan(Math.min(...daysOf(later)));
  });
});

describe('by group', () => {
  const GROUPS = 40;
  const ROWS = 900;
  /** Group g has rows in proportion to g + 1. */
  const groupOf = (row: number) => Math.floor((Math.sqrt(1 + 8 * (row / ROWS) * 820) - 1) / 2);
  const random = createRandom(5);
  const effects = Float64Array.from({ length: GROUPS + 1 }, () => random() * 20);
  const table: Table = {
    rows: ROWS,
    columns: [
      labels('customer', ROWS, (row) => `c${groupOf(row)}`),
      // Tells the group apart and nothing else.
      numbers('height', ROWS, (row) => effects[groupOf(row)]! ** 2 % 7),
      numbers('target', ROWS, (row) => effects[groupOf(row)]! + random()),
    ],
  };
  const split = { kind: 'group', column: 'customer' } as const;
  const splitter = splitterOf(table, split);
  const shared = ({ train: one, test: other }: Split) => {
    const groups = new Set([...one].map(groupOf));
    return [...other].filter((row) => groups.has(groupOf(row)));
  };

  test('no group is on both sides, and about the wanted share of rows is held out', () => {
    for (let seed = 0; seed < 20; seed++) {
      const held = splitter.holdOut(allRows(ROWS), 0.25, seed);
      expect(shared(held)).toEqual([]);
      expect(held.train.length + held.test.length).toBe(ROWS);
      expect(held.test.length / ROWS).toBeGreaterThan(0.22);
      expect(held.test.length / ROWS).toBeLessThan(0.28);
    }
    expect(splitter.holdOut(allRows(ROWS), 0.25, 1)).not.toEqual(splitter.holdOut(allRows(ROWS), 0.25, 2));
  });

  test('every group is in one fold, and folds are about as long as each other', () => {
    const folds = splitter.folds(allRows(ROWS), 5, 42);
    expect(folds).toHaveLength(5);
    expect(folds.flatMap(({ test: tested }) => [...tested]).sort((a, b) => a - b)).toEqual([
      ...allRows(ROWS),
    ]);
    for (const fold of folds) {
      expect(shared(fold)).toEqual([]);
      expect(fold.test.length).toBeGreaterThan(ROWS / 5 - 25);
      expect(fold.test.length).toBeLessThan(ROWS / 5 + 25);
    }
  });

  test('a model that knows groups by heart is found out, and the groups are no feature', async () => {
    const params = { max_trials: 2 };
    const byGroup = await train(table, spec(split, { mode: 'heavy', params }), SILENT);
    const byChance = await train(table, spec({ kind: 'random' }, { mode: 'heavy', params }), SILENT);
    if (byGroup.metrics.task !== 'regression' || byChance.metrics.task !== 'regression') throw new Error();
    expect(byChance.metrics.r2).toBeGreaterThan(0.95);
    expect(byGroup.metrics.r2).toBeLessThan(0.5);
    // The search was not misled either: its folds keep groups together as well.
    expect(byGroup.metrics.search?.leaderboard[0]?.loss).toBeGreaterThan(0.5);
    expect(byGroup.metrics.split).toEqual({
      kind: 'group',
      column: 'customer',
      groups: 40,
      test_groups: expect.any(Number),
      test_fraction: 0.25,
    });
    expect(byGroup.metrics.excluded).toEqual([{ column: 'customer', reason: 'group' }]);
    expect(byGroup.model.columns.map(({ name }) => name)).toEqual(['height']);
    expect(byGroup.warnings.map(({ code }) => code)).not.toContain('column_dropped');
  });
});

describe('a column that can not split the rows is refused in words', () => {
  const ROWS = 60;
  const table: Table = {
    rows: ROWS,
    columns: [
      numbers('x', ROWS, (row) => (row * 37) % 60),
      numbers('gaps', ROWS, (row) => (row < 2 ? Number.NaN : row)),
      numbers('two', ROWS, (row) => row % 2),
      labels('who', ROWS, (row) => (row === 5 ? null : `w${row % 9}`)),
      labels('target', ROWS, (row) => (row < 55 ? 'a' : 'b')),
    ],
  };
  test.each([
    [{ kind: 'time', column: 'when' }, /no such column/],
    [{ kind: 'time', column: 'target' }, /the target/],
    [{ kind: 'time', column: 'who' }, /neither dates nor numbers/],
    [{ kind: 'time', column: 'gaps' }, /2 rows have no value/],
    [{ kind: 'group', column: 'who' }, /1 row has no value/],
    [{ kind: 'time', column: 'two' }, /2 different times, and 3/],
    [{ kind: 'group', column: 'two' }, /2 groups, and 3/],
  ] as const)('%j', async (split, says) => {
    await expect(train(table, spec(split), SILENT)).rejects.toMatchObject({
      code: 'bad_params',
      message: expect.stringMatching(says),
    });
  });

  test('and so is one that leaves a single class to learn from', async () => {
    const late = { ...table, columns: [...table.columns, numbers('n', ROWS, (row) => row)] };
    await expect(train(late, spec({ kind: 'time', column: 'n' }), SILENT)).rejects.toMatchObject({
      code: 'bad_params',
      message: expect.stringContaining('only one class, "a"'),
    });
  });
});
