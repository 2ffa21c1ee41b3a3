import { expect, test } from 'vitest';
import { loadModel } from '../../../../src/tabular/scoring/model.ts';
import type { Column, Table } from '../../../../src/tabular/table.ts';
import { createRandom, type Random } from '../../../../src/tabular/training/random.ts';
import { type TrainProgress, type TrainSpec, train } from '../../../../src/tabular/training/train.ts';
import { SILENT, specOf } from '../spec.ts';

function heavy(over: Partial<TrainSpec> = {}): TrainSpec {
  return specOf({ mode: 'heavy', params: { max_trials: 3 }, ...over });
}

function numbers(name: string, rows: number, value: (row: number) => number): Column {
  return { kind: 'number', name, values: Float64Array.from({ length: rows }, (_, row) => value(row)) };
}

function categories(
  name: string,
  rows: number,
  labels: readonly string[],
  code: (row: number) => number,
): Column {
  return { kind: 'category', name, labels, codes: Int32Array.from({ length: rows }, (_, row) => code(row)) };
}

function uniform(random: Random, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, () => random() * 2 - 1);
}

/** yes where x and y have the same sign: no line parts it. */
function chequered(rows: number, extra: (random: Random) => Column[] = () => []): Table {
  const random = createRandom(11);
  const [x, y] = [uniform(random, rows), uniform(random, rows)];
  return {
    rows,
    columns: [
      { kind: 'number', name: 'x', values: x },
      { kind: 'number', name: 'y', values: y },
      ...extra(random),
      categories('target', rows, ['no', 'yes'], (i) => Number(x[i]! * y[i]! > 0)),
    ],
  };
}

test('trees are chosen where no line parts the classes, and say what their splits gained', async () => {
  const { metrics } = await train(chequered(1500), heavy(), SILENT);
  if (metrics.task !== 'classification') throw new Error('expected classes');
  expect(metrics.algorithm.name).toBe('boosted_trees');
  expect(metrics.accuracy).toBeGreaterThan(0.93);
  expect(metrics.search?.leaderboard.map(({ family }) => family).sort()).toEqual([
    'boosted_trees',
    'boosted_trees',
    'linear',
  ]);
  const gains = metrics.feature_importances.map(({ gain }) => gain!);
  expect(gains.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
});

test('the linear family is chosen where the truth is linear', async () => {
  const random = createRandom(12);
  const columns = Array.from({ length: 5 }, (_, c) => ({
    kind: 'number' as const,
    name: `x${c}`,
    values: uniform(random, 300),
  }));
  const y = numbers(
    'target',
    300,
    (i) => columns.reduce((sum, { values }, c) => sum + (c + 1) * values[i]!, 0) + 0.1 * random(),
  );
  const { metrics } = await train({ rows: 300, columns: [...columns, y] }, heavy(), SILENT);
  expect(metrics.algorithm.name).toBe('linear');
  expect(metrics).toMatchObject({ task: 'regression' });
  if (metrics.task === 'regression') expect(metrics.r2).toBeGreaterThan(0.99);
});

test('the result does not depend on the number of threads', async () => {
  const table = chequered(600);
  const [one, two] = [await train(table, heavy({ threads: 1 }), SILENT), await train(table, heavy(), SILENT)];
  expect(two.model).toEqual(one.model);
  expect({ ...two.metrics, search: null }).toEqual({ ...one.metrics, search: null });
});

test('a large table is searched by hold-out', async () => {
  const { metrics } = await train(chequered(28_000), heavy({ params: { max_trials: 2 } }), SILENT);
  expect(metrics.search?.strategy).toBe('hold_out');
  if (metrics.task === 'classification') expect(metrics.accuracy).toBeGreaterThan(0.98);
});

test('a category of a thousand meaningless labels is not learnt by heart', async () => {
  const labels = Array.from({ length: 1000 }, (_, k) => `label ${k}`);
  const rows = 3000;
  const random = createRandom(13);
  const table = {
    rows,
    columns: [
      categories('who', rows, labels, () => Math.floor(random() * 1000)),
      numbers('x', rows, () => random()),
      categories('target', rows, ['no', 'yes'], () => Number(random() < 0.5)),
    ],
  };
  const { metrics } = await train(table, heavy(), SILENT);
  if (metrics.task !== 'classification') throw new Error('expected classes');
  expect(metrics.log_loss).toBeLessThan(0.72);
});

test('a thousand labels that decide are learnt, unknown ones are scored', async () => {
  const labels = Array.from({ length: 1000 }, (_, k) => `label ${k}`);
  const rows = 20_000;
  const random = createRandom(14);
  const who = Int32Array.from({ length: rows }, () => Math.floor(random() * 1000));
  const table: Table = {
    rows,
    columns: [
      { kind: 'category', name: 'who', codes: who, labels },
      numbers('x', rows, () => random()),
      categories('target', rows, ['no', 'yes'], (i) => Number(random() < (who[i]! % 3 === 0 ? 0.95 : 0.05))),
    ],
  };
  const { metrics, model } = await train(table, heavy({ params: { max_trials: 2 } }), SILENT);
  if (metrics.task !== 'classification') throw new Error('expected classes');
  expect(metrics.accuracy).toBeGreaterThan(0.92);
  const { predictions } = loadModel(model).predict([
    { who: 'nobody', x: 0.5 },
    { who: null, x: null },
  ]);
  expect(predictions).toHaveLength(2);
});

test('values missing where the target is high are used, in training and in scoring', async () => {
  const random = createRandom(15);
  const rows = 2000;
  const hidden = uniform(random, rows);
  const table: Table = {
    rows,
    columns: [
      numbers('x', rows, (i) => (hidden[i]! > 0.2 ? Number.NaN : random())),
      numbers('z', rows, () => random()),
      numbers('target', rows, (i) => (hidden[i]! > 0.2 ? 10 : 0) + random()),
    ],
  };
  const { metrics, model } = await train(table, heavy(), SILENT);
  if (metrics.task !== 'regression') throw new Error('expected numbers');
  expect(metrics.r2).toBeGreaterThan(0.97);
  const { predictions } = loadModel(model).predict([
    { x: null, z: 0.5 },
    { x: 0.5, z: 0.5 },
  ]);
  expect(predictions[0]).toBeGreaterThan(9);
  expect(predictions[1]).toBeLessThan(2);
});

test('class_weight balanced finds more of a rare class', async () => {
  const random = createRandom(16);
  const rows = 3000;
  const [x, y] = [uniform(random, rows), uniform(random, rows)];
  const table: Table = {
    rows,
    columns: [
      { kind: 'number', name: 'x', values: x },
      { kind: 'number', name: 'y', values: y },
      categories('target', rows, ['no', 'yes'], (i) => Number(x[i]! * y[i]! > 0.5 && random() < 0.5)),
    ],
  };
  const recall = async (class_weight: 'none' | 'balanced') => {
    const { metrics } = await train(table, heavy({ params: { max_trials: 2, class_weight } }), SILENT);
    return metrics.task === 'classification' ? metrics.recall! : 0;
  };
  expect(await recall('balanced')).toBeGreaterThan((await recall('none')) + 0.1);
});

test('sorted rows, wide tables and tiny ones train too', async () => {
  const random = createRandom(17);
  const sorted: Table = {
    rows: 400,
    columns: [
      numbers('x', 400, (i) => i + random()),
      categories('target', 400, ['a', 'b'], (i) => Number(i >= 300)),
    ],
  };
  const wide: Table = {
    rows: 40,
    columns: [
      ...Array.from({ length: 300 }, (_, c) => numbers(`x${c}`, 40, (i) => random() + (c < 3 ? i % 2 : 0))),
      categories('target', 40, ['a', 'b'], (i) => i % 2),
    ],
  };
  const tiny: Table = {
    rows: 8,
    columns: [numbers('x', 8, (i) => i), categories('target', 8, ['a', 'b'], (i) => Number(i > 3))],
  };
  const accuracies = [];
  for (const table of [sorted, wide, tiny]) {
    const { metrics } = await train(table, heavy({ params: { max_trials: 2 } }), SILENT);
    accuracies.push(metrics.task === 'classification' ? metrics.accuracy : 0);
  }
  expect(accuracies[0]).toBeGreaterThan(0.97);
  expect(accuracies[1]).toBeGreaterThan(0.85);
  expect(accuracies[2]).toBeGreaterThan(0.4);
});

test('progress tells the trial, the best score so far and the time left', async () => {
  const seen: TrainProgress[] = [];
  await train(chequered(600), heavy(), { onProgress: (progress) => seen.push(progress) });
  const trials = seen.filter(({ stage }) => stage === 'search').flatMap(({ trial }) => trial ?? []);
  expect(trials).toEqual([1, 2, 3]);
  const last = seen.filter(({ trial }) => trial === 3)[0]!;
  expect(last.trials).toBe(3);
  expect(last.best_score).toBeGreaterThan(-0.69);
  expect(last.remaining_seconds).toBeGreaterThanOrEqual(0);
});

test('where no time is left the best setting is fitted alone, and not an ensemble', async () => {
  const params = { max_trials: 4, time_budget_seconds: 60 };
  const run = (begunAt: number) => train(chequered(1500), heavy({ params, begunAt }), SILENT);
  const [inTime, late] = [await run(performance.now()), await run(performance.now() - 60_000)];
  expect(inTime.metrics.algorithm.boosted_trees!.length).toBeGreaterThan(1);
  expect(late.metrics.algorithm.boosted_trees).toHaveLength(1);
  expect(
    late.metrics.search!.leaderboard.filter(({ family }) => family === 'boosted_trees').length,
  ).toBeLessThan(3);
});

test('the time budget cuts trials, not the run', async () => {
  const { metrics } = await train(
    chequered(20_000),
    heavy({ params: { max_trials: 100, time_budget_seconds: 1 } }),
    SILENT,
  );
  expect(metrics.search!.leaderboard.length).toBeLessThan(20);
  expect(metrics.search!.leaderboard.length).toBeGreaterThanOrEqual(2);
});

test('a table too large for the memory limit is refused before the work begins, with an estimate', async () => {
  const refused = train(chequered(100_000), heavy({ memoryLimitMb: 128 }), SILENT);
  await expect(refused).rejects.toMatchObject({
    code: 'out_of_memory',
    message: expect.stringMatching(/needs about \d+ MB for 100000 rows and 2 columns; 128 MB are allowed/),
  });
});
