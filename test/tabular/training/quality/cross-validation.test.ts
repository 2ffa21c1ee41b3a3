import { describe, expect, test } from 'vitest';
import type { Column, Table } from '../../../../src/tabular/table.ts';
import { randomSplitter } from '../../../../src/tabular/training/splitter.ts';
import { readTarget } from '../../../../src/tabular/training/target.ts';
import { train } from '../../../../src/tabular/training/train.ts';
import { readCsv } from '../read-csv.ts';
import { SILENT, specOf } from '../spec.ts';
import { allRows } from '../training-data.ts';

const data = (name: string, labels: string[] = []) =>
  readCsv(new URL(`../../../data/${name}_train.csv`, import.meta.url), labels);
const pick = ({ columns }: Table, rows: Int32Array): Table => ({
  rows: rows.length,
  columns: columns.map(
    (column): Column =>
      column.kind === 'number'
        ? { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) }
        : { ...column, codes: rows.map((row) => column.codes[row]!) },
  ),
});
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('light', () => {
  test.each([
    ['wine', ['target'], 'accuracy'],
    ['diabetes', [], 'r2'],
  ] as const)('of %s each fold is what a model of the others does with it', async (name, labels, figure) => {
    const table = data(name, [...labels]);
    const folds = randomSplitter(readTarget(table, 'target', undefined)).folds(allRows(table.rows), 4, 42);
    const params = { cross_validation: 4 };
    const { metrics } = await train(table, specOf({ params }), SILENT);
    const { [figure]: scores, ...told } = metrics.cross_validation!;
    expect(told).toMatchObject({ folds: 4, repeats: 1, rows: table.rows, used_for_selection: false });
    const alone: number[] = [];
    for (const fold of folds) {
      const validation = pick(table, fold.test);
      const run = await train(
        pick(table, fold.train),
        specOf({ params: { cross_validation: 0 }, validation }),
        SILENT,
      );
      expect(run.metrics.cross_validation).toBeNull();
      alone.push(run.metrics.task === 'regression' ? run.metrics.r2 : run.metrics.accuracy);
    }
    expect(scores?.values).toHaveLength(4);
    for (const [f, value] of alone.entries()) expect(scores?.values[f]).toBeCloseTo(value, 8);
    expect(scores?.mean).toBeCloseTo(meanOf(alone), 8);
    const variance = meanOf(alone.map((value) => (value - meanOf(alone)) ** 2));
    expect(scores?.std).toBeCloseTo(Math.sqrt(variance), 8);
  });

  test('has five folds where that costs little, and none on a longer table unless asked for', async () => {
    const rows = 6000;
    const long: Table = {
      rows,
      columns: ['x', 'target'].map((name, c) => ({
        kind: 'number',
        name,
        values: Float64Array.from({ length: rows }, (_, row) => Math.sin(row * 12.9898 + c)),
      })),
    };
    const folds = async (table: Table, params = {}) =>
      (await train(table, specOf({ params }), SILENT)).metrics.cross_validation?.folds;
    expect(await folds(pick(long, allRows(500)))).toBe(5);
    expect(await folds(long)).toBeUndefined();
    expect(await folds(long, { cross_validation: 2 })).toBe(2);
  });

  test('has no fold without rows, however few there are', async () => {
    const table = pick(data('diabetes'), allRows(9));
    const { metrics } = await train(
      table,
      specOf({ task: 'regression', params: { cross_validation: 10 } }),
      SILENT,
    );
    expect(metrics.cross_validation).toMatchObject({ folds: 4, rows: 9 });
    expect(metrics.cross_validation?.mae?.values.every(Number.isFinite)).toBe(true);
  });

  test('keeps what belongs together apart from the rest, as the run does', async () => {
    const table = data('diabetes');
    const params = { split: { kind: 'time', column: 'f0' } } as const;
    const { metrics } = await train(table, specOf({ params }), SILENT);
    expect(metrics.cross_validation!.rows).toBeLessThan(table.rows);
    expect(metrics.cross_validation!.rows).toBeGreaterThan(table.rows / 2);
  });
});

describe('heavy', () => {
  const params = { max_trials: 2 };

  test('tells what its search saw of the recipe, without a further fit, and that it chose by it', async () => {
    const table = data('diabetes');
    const { metrics } = await train(table, specOf({ mode: 'heavy', params }), SILENT);
    const { cross_validation: told, search, n_train } = metrics;
    expect(told).toMatchObject({ folds: 5, repeats: 2, rows: n_train, used_for_selection: true });
    expect(told?.r2?.values).toHaveLength(10);
    // The search's loss is the mean squared error as a share of the variance.
    const chosen = search!.leaderboard.find(({ family }) => family === metrics.algorithm.name)!;
    const loss = told!.mse!.mean! / varianceOf(table);
    expect(loss / chosen.loss).toBeGreaterThan(0.85);
    expect(loss / chosen.loss).toBeLessThan(1.15);
  });

  test('fits the recipe anew in as many folds as are asked for', async () => {
    const table = data('diabetes');
    const asked = { ...params, cross_validation: 3 };
    const { metrics } = await train(table, specOf({ mode: 'heavy', params: asked }), SILENT);
    expect(metrics.cross_validation).toMatchObject({
      folds: 3,
      repeats: 1,
      rows: table.rows,
      used_for_selection: true,
    });
    const none = { ...params, cross_validation: 0 };
    expect(
      (await train(table, specOf({ mode: 'heavy', params: none }), SILENT)).metrics.cross_validation,
    ).toBeNull();
  });
});

function varianceOf({ columns }: Table): number {
  const target = columns.find(({ name }) => name === 'target');
  const values = target?.kind === 'number' ? [...target.values] : [];
  return meanOf(values.map((value) => (value - meanOf(values)) ** 2));
}
