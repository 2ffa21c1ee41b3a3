import { expect, test } from 'vitest';
import { loadModel } from '../../../src/tabular/scoring/model.ts';
import type { Table } from '../../../src/tabular/table.ts';
import { chooseTransform } from '../../../src/tabular/training/choose-transform.ts';
import { createRandom, type Random } from '../../../src/tabular/training/random.ts';
import { type TrainParams, train } from '../../../src/tabular/training/train.ts';
import type { RegressionMetrics } from '../../../src/tabular/training/types.ts';
import { allRows, trainingData } from './training-data.ts';

const ROWS = 2000;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Three columns `a`, `b`, `c` of normal numbers and a target made of them. */
function table(target: (row: readonly [number, number, number], random: Random) => number): Table {
  const random = createRandom(31);
  const rows = Array.from({ length: ROWS }, (): [number, number, number] => [
    normal(random),
    normal(random),
    normal(random),
  ]);
  const values = Float64Array.from(rows, (row) => target(row, random));
  return {
    rows: ROWS,
    columns: [
      ...['a', 'b', 'c'].map((name, c) => ({
        kind: 'number' as const,
        name,
        values: Float64Array.from(rows, (row) => row[c]!),
      })),
      { kind: 'number', name: 'price', values },
    ],
  };
}

/** Products of factors, and one in 200 is twenty times as dear as it should be. */
const houses = () =>
  table(([a, b], random) => {
    const price = 100_000 * Math.exp(0.5 * a + 0.4 * b + 0.15 * normal(random));
    return random() < 0.005 ? 20 * price : price;
  });

async function trained(
  data: Table,
  params: TrainParams = {},
  mode: 'light' | 'heavy' = 'light',
): Promise<RegressionMetrics> {
  const { metrics } = await train(
    data,
    {
      mode,
      target: 'price',
      seed: 42,
      threads: 1,
      params: { ...params, ...(mode === 'heavy' && { max_trials: 2 }) },
    },
    { onProgress() {} },
  );
  if (metrics.task !== 'regression') throw new Error('expected a regression');
  return metrics;
}

test.each(['light', 'heavy'] as const)(
  'prices with a few absurd ones are fitted on their logarithm in %s mode, and the mean absolute error falls',
  async (mode) => {
    const auto = await trained(houses(), {}, mode);
    const plain = await trained(houses(), { target_transform: 'none' }, mode);
    expect(auto.target_transform.name).toBe('log');
    expect(auto.mae).toBeLessThan(0.8 * plain.mae);
    expect(auto.median_absolute_error).toBeLessThan(0.6 * plain.median_absolute_error);
    const [none, log] = auto.target_transform.compared!;
    expect([none!.name, log!.name]).toEqual(['none', 'log']);
    expect(log!.mae).toBeLessThan(none!.mae);
  },
);

test('where the target is skewed because a column is, nothing is transformed', async () => {
  const data = table(([a, b], random) => 10 + Math.exp(a) + Math.exp(b) + 0.1 * normal(random));
  const columns = data.columns.map((column) =>
    column.kind === 'number' && column.name !== 'price'
      ? { ...column, values: column.values.map(Math.exp) }
      : column,
  );
  const { target_transform: chosen, r2 } = await trained({ ...data, columns });
  expect(chosen.name).toBe('none');
  expect(chosen.compared).toHaveLength(2);
  expect(r2).toBeGreaterThan(0.99);
});

test('where the target is not skewed, nothing is tried', async () => {
  const { target_transform: chosen } = await trained(table(([a, b]) => 100 + a + b));
  expect(chosen).toEqual({ name: 'none', compared: null });
});

test('zeros and losses have a logarithm too, of both signs', async () => {
  const data = table(([a, b], random) => {
    const value = 500 * Math.sinh(2 * a + b + 1 + 0.2 * normal(random));
    return Math.abs(value) < 100 ? 0 : value;
  });
  const auto = await trained(data, {}, 'heavy');
  const plain = await trained(data, { target_transform: 'none' }, 'heavy');
  expect(auto.target_transform.name).toBe('symlog');
  expect(auto.mae).toBeLessThan(plain.mae);
});

test('on request there is a logarithm, or none', async () => {
  const straight = table(([a, b]) => 100 + a + b);
  expect((await trained(straight, { target_transform: 'log' })).target_transform.name).toBe('log');
  expect((await trained(houses(), { target_transform: 'none' })).target_transform).toEqual({
    name: 'none',
    compared: null,
  });
});

test('the rows that figures are measured on have no say', async () => {
  const rows = allRows(ROWS).subarray(0, (3 * ROWS) / 4);
  const kind = {
    linear: { weight: 1, penalty: { l2: 1e-9, perRow: true, estimatesLabels: true } },
    boosting: null,
    balanced: false,
    targetTransform: null,
  };
  const chosen = async (data: Table) =>
    chooseTransform(trainingData(data, 'price'), rows, 'auto', kind, { seed: 1, threads: 1 });
  const given = houses();
  const columns = given.columns.map((column) =>
    column.kind === 'number'
      ? { ...column, values: column.values.map((value, row) => (row < rows.length ? value : -1e6 * row)) }
      : column,
  );
  expect(await chosen({ ...given, columns })).toEqual(await chosen(given));
});

test('no prediction is infinite, however far a row is from all others', async () => {
  const { model } = await train(
    table(([a]) => Math.exp(2 * a)),
    { mode: 'light', target: 'price', seed: 42, params: { target_transform: 'log' } },
    { onProgress() {} },
  );

  const { predictions } = loadModel(model).predict([{ a: 1e6, b: 0, c: 0 }]);
  expect(Number.isFinite(predictions[0])).toBe(true);
});
