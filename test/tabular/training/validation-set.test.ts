import { describe, expect, test } from 'vitest';
import { loadModel } from '../../../src/tabular/scoring/model.ts';
import type { Column, Table } from '../../../src/tabular/table.ts';
import { train } from '../../../src/tabular/training/train.ts';
import { makeColumn } from './read-csv.ts';
import { SILENT, specOf } from './spec.ts';

const ROWS = 200;

/** Of these, `twist` turns the relation between x and the target round. */
function table(twist = 1, over: Record<string, readonly string[]> = {}, rows = ROWS): Table {
  const x = Array.from({ length: rows }, (_, row) => Math.sin(row * 12.9898 + twist));
  const cells: Record<string, readonly string[]> = {
    x: x.map(String),
    kind: x.map((_, row) => ['red', 'green', 'blue'][row % 3]!),
    target: x.map((value, row) => String(3 * twist * value + (row % 3))),
    ...over,
  };
  const columns = Object.entries(cells).map(([name, all]): Column => makeColumn(name, all));
  return { rows, columns };
}

describe.each(['light', 'heavy'] as const)('with a validation table a %s model', (mode) => {
  const params = mode === 'heavy' ? { max_trials: 2 } : {};

  test('learns from all rows, is measured on that table, and is the one that is kept', async () => {
    const validation = table(-1, {}, 40);
    const run = await train(table(), specOf({ mode, params, validation }), SILENT);
    if (run.metrics.task !== 'regression') throw new Error('expected numbers');
    expect(run.metrics).toMatchObject({
      n_samples: ROWS,
      n_train: ROWS,
      n_test: 40,
      measured_on: 'validation_dataset',
      split: { kind: 'random' },
    });
    expect(run.metrics.split).not.toHaveProperty('test_fraction');
    // Where the relation is the other way round the model is worse than the mean.
    expect(run.metrics.r2).toBeLessThan(-1);
    const predicted = loadModel(run.model).predictTable(validation);
    if (predicted.task !== 'regression') throw new Error('expected numbers');
    const target = validation.columns.find(({ name }) => name === 'target');
    if (target?.kind !== 'number') throw new Error('expected numbers');
    const errors = predicted.values.map((value, row) => Math.abs(value - target.values[row]!));
    expect(run.metrics.mae).toBeCloseTo(errors.reduce((sum, error) => sum + error) / 40, 10);
    expect(run.evaluation.n_test).toBe(40);

    const plain = await train(table(), specOf({ mode, params }), SILENT);
    expect(plain.metrics).toMatchObject({ n_train: 150, n_test: 50, measured_on: 'held_out_rows' });
  });
});

describe('a validation table that will not do is refused in words', () => {
  const words = (rows: number) => Array.from({ length: rows }, (_, row) => (row % 2 ? 'yes' : 'no'));
  const made = (over: Record<string, readonly string[]>) => table(1, { target: words(20), ...over }, 20);
  const without = (name: string) => {
    const { rows, columns } = made({});
    return { rows, columns: columns.filter((column) => column.name !== name) };
  };
  test.each([
    ['without a feature', without('x'), /Missing column: "x"/],
    ['without the target', without('target'), /no column "target"/],
    ['with classes that are new', made({ target: [...words(18), 'maybe', 'never'] }), /"maybe", "never"/],
    ['without a target in any row', made({ target: words(20).map(() => '') }), /0 have a value in "target"/],
    ['with texts for numbers', made({ x: words(20) }), /Column "x", row 0: a number is needed/],
  ])('%s', async (_what, validation, says) => {
    const run = train(table(1, { target: words(ROWS) }), specOf({ validation }), SILENT);
    await expect(run).rejects.toMatchObject({ code: 'bad_params', message: expect.stringMatching(says) });
  });
});
