import { expect, test } from 'vitest';
import { loadModel } from '../../../src/tabular/scoring/model.ts';
import type { Table } from '../../../src/tabular/table.ts';
import { TabularError, type TrainSpec, train } from '../../../src/tabular/training/train.ts';
import { makeColumn, readCsv } from './read-csv.ts';
import { SILENT } from './spec.ts';

const DATA = new URL('../../data/', import.meta.url);

function spec(over: Partial<TrainSpec> = {}): TrainSpec {
  return { mode: 'light', target: 'target', seed: 42, params: {}, ...over };
}

function table(columns: Record<string, readonly (string | number)[]>, labels: readonly string[] = []): Table {
  const made = Object.entries(columns).map(([name, cells]) =>
    makeColumn(name, cells.map(String), labels.includes(name)),
  );
  const rows = Object.values(columns)[0]?.length ?? 0;
  return { rows, columns: made };
}

function series<T>(length: number, value: (row: number) => T): T[] {
  return Array.from({ length }, (_, row) => value(row));
}

test.each([
  ['breast_cancer', 'classification', 0.95],
  ['wine', 'classification', 0.93],
  ['diabetes', 'regression', 0.4],
] as const)('light reaches its mark on the held-out rows of %s', async (name, task, mark) => {
  const labels = task === 'classification' ? ['target'] : [];
  const { metrics } = await train(readCsv(new URL(`${name}_train.csv`, DATA), labels), spec(), SILENT);
  expect(metrics.task).toBe(task);
  expect(metrics.task === 'classification' ? metrics.accuracy : metrics.r2).toBeGreaterThanOrEqual(mark);
  expect(metrics.n_test).toBe(Math.round(metrics.n_samples / 4));
  expect(metrics.n_train + metrics.n_test).toBe(metrics.n_samples);
});

test('the same seed gives the same run, another seed another split', async () => {
  const wine = readCsv(new URL('wine_train.csv', DATA), ['target']);
  const first = await train(wine, spec(), SILENT);
  expect(await train(wine, spec(), SILENT)).toEqual(first);
  const other = await train(wine, spec({ seed: 7 }), SILENT);
  expect(other.metrics).not.toEqual(first.metrics);
});

test('the figures are of rows the measured model did not see: a table of noise scores no better than chance', async () => {
  const rows = 400;
  const noise = Object.fromEntries(
    series(100, (c) => [`x${c}`, series(rows, (i) => Math.sin(i * 1e4 + c * 77.7 + i * i * c))]),
  );
  const target = series(rows, (i) => (Math.sin(i * 9973.31) > 0 ? 'a' : 'b'));
  const { metrics } = await train(table({ ...noise, target }), spec(), SILENT);
  if (metrics.task !== 'classification') throw new Error('expected classes');
  expect(metrics.accuracy).toBeLessThan(0.65);
});

test('numbers with more than 20 values are regressed, with fewer they are classes', async () => {
  const x = series(100, (i) => i * 0.37);
  const many = await train(table({ x, target: series(100, (i) => i % 21) }), spec(), SILENT);
  const few = await train(table({ x, target: series(100, (i) => i % 20) }), spec(), SILENT);
  expect([many.task, few.task]).toEqual(['regression', 'classification']);
  expect(few.model.classes).toEqual(series(20, String));
});

test('class labels stay as in the data, in numeric order', async () => {
  const labels = ['2.0', '10.0', '-1.0'];
  const target = series(90, (i) => labels[i % 3]!);
  const { model } = await train(
    table({ x: series(90, (i) => (i % 3) + (i % 7) / 10), target }, ['target']),
    spec(),
    SILENT,
  );
  expect(model.classes).toEqual(['-1.0', '2.0', '10.0']);
});

test('rows without a target are left out and counted', async () => {
  const target = series(60, (i) => (i % 6 === 0 ? '' : i % 2 ? 'a' : 'b'));
  const { metrics } = await train(
    table({ x: series(60, (i) => i % 2), z: series(60, (i) => i % 5), target }),
    spec(),
    SILENT,
  );
  expect(metrics).toMatchObject({ n_samples: 50, n_dropped: 10 });
});

test('identifiers, constants, empty columns and copies are excluded, and it is said why', async () => {
  const x = series(60, (i) => Math.sin(i));
  const { metrics, model } = await train(
    table({
      customer_id: series(60, (i) => 1000 + i * 3),
      code: series(60, (i) => `c${i}`),
      rank: series(60, (i) => i),
      fixed: series(60, () => 5),
      blank: series(60, () => ''),
      x,
      again: x,
      target: series(60, (i) => (i % 2 ? 'a' : 'b')),
    }),
    spec(),
    SILENT,
  );
  expect(metrics.excluded).toEqual([
    { column: 'customer_id', reason: 'identifier' },
    { column: 'code', reason: 'identifier' },
    { column: 'fixed', reason: 'constant' },
    { column: 'blank', reason: 'empty' },
    { column: 'again', reason: 'duplicate' },
  ]);
  expect(model.columns.map(({ name }) => name)).toEqual(['rank', 'x']);
  expect(metrics.n_features).toBe(2);
});

test('the column that decides has the highest importance, one of noise about none', async () => {
  const { metrics } = await train(
    table({
      noise: series(400, (i) => Math.sin(i * 999.7)),
      kind: series(400, (i) => ['red', 'green', 'blue'][i % 3]!),
      target: series(400, (i) => (i % 3 === 1 ? 'yes' : 'no')),
    }),
    spec(),
    SILENT,
  );
  const [first, second] = metrics.feature_importances;
  expect(first).toMatchObject({ feature: 'kind' });
  expect(first!.importance).toBeGreaterThan(0.3);
  expect(second!.importance).toBeCloseTo(0, 1);
});

test('that a value is missing can decide', async () => {
  const { metrics } = await train(
    table({
      x: series(400, (i) => (i % 4 === 0 ? '' : Math.sin(i * 999.7))),
      target: series(400, (i) => (i % 4 === 0 ? 'yes' : 'no')),
    }),
    spec(),
    SILENT,
  );
  expect(metrics).toMatchObject({ accuracy: 1 });
});

test('dates are read as their parts', async () => {
  const days = series(700, (i) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10));
  const { metrics, model } = await train(
    table({
      day: days,
      target: days.map((day) => ([0, 6].includes(new Date(day).getUTCDay()) ? 'off' : 'on')),
    }),
    spec(),
    SILENT,
  );
  expect(model.columns).toEqual([{ name: 'day', type: 'datetime' }]);
  expect(metrics).toMatchObject({ accuracy: 1 });
});

test('the model survives JSON and predicts as before', async () => {
  const wine = readCsv(new URL('wine_train.csv', DATA), ['target']);
  const { model } = await train(wine, spec({ mode: 'heavy', params: { max_trials: 3 } }), SILENT);
  const revived = loadModel(JSON.parse(JSON.stringify(model)));
  expect(revived.predictTable(wine)).toEqual(loadModel(model).predictTable(wine));
});

test('progress never falls and ends at 1', async () => {
  const seen: number[] = [];
  await train(
    readCsv(new URL('wine_train.csv', DATA), ['target']),
    spec({ mode: 'heavy', params: { max_trials: 3 } }),
    {
      onProgress: ({ fraction }) => seen.push(fraction),
    },
  );
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBe(1);
});

test.each([
  ['bad_target', table({ x: [1, 2], y: [1, 2] }), {}],
  ['too_few_rows', table({ x: series(7, (i) => i), target: series(7, (i) => i % 2) }), {}],
  ['single_class', table({ x: series(20, (i) => i), target: series(20, () => 'a') }), {}],
  ['bad_target', table({ x: series(20, (i) => i), target: series(20, () => 5) }), { task: 'regression' }],
  [
    'bad_target',
    table({ x: series(20, (i) => i), target: series(20, (i) => `t${i % 2}`) }),
    { task: 'regression' },
  ],
  ['bad_target', table({ x: series(20, (i) => i), target: series(20, (i) => `t${i}`) }), {}],
  ['no_features', table({ x: series(20, () => 1), target: series(20, (i) => i % 2) }), {}],
] as const)('a table that cannot be learnt from is refused as %s', async (type, data, over) => {
  const refused = train(data, spec(over), SILENT);
  await expect(refused).rejects.toBeInstanceOf(TabularError);
  await expect(refused).rejects.toMatchObject({ code: type });
});
