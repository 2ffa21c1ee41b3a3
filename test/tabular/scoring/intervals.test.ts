import { describe, expect, test } from 'vitest';
import { intervalsOf } from '../../../src/tabular/scoring/intervals.ts';
import { loadModel } from '../../../src/tabular/scoring/model.ts';
import type { Table } from '../../../src/tabular/table.ts';
import { createRandom, type Random } from '../../../src/tabular/training/random.ts';
import { type TrainedRun, train } from '../../../src/tabular/training/train.ts';
import { SILENT, specOf } from '../training/spec.ts';

type Noise = (random: Random, x: number) => number;
const normal: Noise = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
/** Skewed, with mean 0. */
const exponential: Noise = (random) => -Math.log(1 - random()) - 1;
/** Ten times as wide at one end as at the other. */
const widening: Noise = (random, x) => (0.2 + 1.8 * x) * normal(random, x);

function made(rows: number, seed: number, noise: Noise): Table {
  const random = createRandom(seed);
  const x = Float64Array.from({ length: rows }, () => random());
  const z = Float64Array.from({ length: rows }, () => random());
  const target = x.map((value, row) => 10 + 8 * value - 3 * z[row]! + noise(random, value));
  return {
    rows,
    columns: [
      { kind: 'number', name: 'x', values: x },
      { kind: 'number', name: 'z', values: z },
      { kind: 'number', name: 'target', values: target },
    ],
  };
}

const valuesOf = ({ columns }: Table, wanted: string) => {
  const column = columns.find(({ name }) => name === wanted);
  return column?.kind === 'number' ? column.values : new Float64Array();
};

/** Of rows that nobody saw, the share within the bounds; and the bounds. */
function coverage(
  { model }: TrainedRun,
  table: Table,
  level: number,
  of: (row: number) => boolean = () => true,
) {
  const predicted = loadModel(model).predictTable(table);
  if (predicted.task !== 'regression') throw new Error('expected numbers');
  const { lower, upper } = intervalsOf(model)!.bounds(predicted.values, level);
  const target = valuesOf(table, 'target');
  const rows = [...target.keys()].filter(of);
  const within = rows.filter((row) => target[row]! >= lower[row]! && target[row]! <= upper[row]!);
  expect(predicted.values.every((value, row) => lower[row]! <= value && value <= upper[row]!)).toBe(true);
  return { share: within.length / rows.length, lower, upper };
}

describe.each([
  ['normal', normal],
  ['skewed', exponential],
  ['widening', widening],
] as const)('with %s noise', (_name, noise) => {
  test('new rows are within the bounds as often as is asked for', async () => {
    const run = await train(made(2000, 1, noise), specOf(), SILENT);
    const table = made(20_000, 2, noise);
    for (const level of [0.5, 0.8, 0.9, 0.95]) {
      const { share } = coverage(run, table, level);
      expect(share).toBeGreaterThan(level - 0.025);
      expect(share).toBeLessThan(level + 0.025);
    }
  });
});

test('on few rows the bounds hold on average over tables', async () => {
  const shares = [];
  for (let seed = 0; seed < 40; seed++) {
    const run = await train(made(60, 100 + seed, exponential), specOf({ seed }), SILENT);
    shares.push(coverage(run, made(2000, 1000 + seed, exponential), 0.9).share);
  }
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  expect(mean).toBeGreaterThan(0.885);
  expect(mean).toBeLessThan(0.95);
});

test('where the noise is wider the bounds are, so that they hold at both ends', async () => {
  const run = await train(made(4000, 3, widening), specOf(), SILENT);
  const table = made(40_000, 4, widening);
  const x = valuesOf(table, 'x');
  const width = ({ lower, upper }: ReturnType<typeof coverage>, of: (row: number) => boolean) => {
    const rows = [...x.keys()].filter(of);
    return rows.reduce((sum, row) => sum + upper[row]! - lower[row]!, 0) / rows.length;
  };
  const [narrow, wide] = [(row: number) => x[row]! < 0.1, (row: number) => x[row]! > 0.9];
  for (const end of [narrow, wide]) {
    const { share } = coverage(run, table, 0.9, end);
    expect(share).toBeGreaterThan(0.82);
    expect(share).toBeLessThan(0.99);
  }
  const all = coverage(run, table, 0.9);
  expect(width(all, wide)).toBeGreaterThan(3 * width(all, narrow));
});

test('a heavy model has them by the held-out rows, one of a logarithm on its own scale', async () => {
  const prices = (rows: number, seed: number) => {
    const table = made(rows, seed, normal);
    const target = valuesOf(table, 'target').map((value) => Math.exp(value / 3));
    return {
      ...table,
      columns: [...table.columns.slice(0, 2), { kind: 'number', name: 'target', values: target } as const],
    };
  };
  const params = { max_trials: 2, target_transform: 'log' } as const;
  const run = await train(prices(1600, 5), specOf({ mode: 'heavy', params }), SILENT);
  if (run.metrics.task !== 'regression') throw new Error('expected numbers');
  expect(run.metrics.intervals).toEqual({ measured_on: 'held_out_rows', rows: 400, max_level: 1 - 2 / 401 });
  const { share, lower, upper } = coverage(run, prices(20_000, 6), 0.9);
  expect(share).toBeGreaterThan(0.86);
  expect(share).toBeLessThan(0.94);
  expect(Math.min(...lower)).toBeGreaterThan(0);
  expect(Math.max(...upper)).toBeLessThan(Number.POSITIVE_INFINITY);
});

test('what is kept for them stays small, and says up to which level the rows can tell', async () => {
  const large = await train(made(20_000, 7, normal), specOf(), SILENT);
  expect(JSON.stringify(large.model.intervals).length).toBeLessThan(8000);
  expect(large.metrics).toMatchObject({ intervals: { measured_on: 'held_out_rows', rows: 5000 } });
  const small = await train(made(60, 8, normal), specOf(), SILENT);
  expect(small.metrics).toMatchObject({ intervals: { measured_on: 'out_of_fold_rows', rows: 60 } });
  expect(intervalsOf(small.model)!.maxLevel).toBeCloseTo(1 - 2 / 61, 12);
  const table = made(50, 9, normal);
  const outermost = coverage(small, table, intervalsOf(small.model)!.maxLevel);
  expect(outermost.upper.every(Number.isFinite)).toBe(true);
});

test('a classification has none', async () => {
  const table = made(200, 10, normal);
  const target = valuesOf(table, 'target').map((value) => Number(value > 12));
  const columns = [...table.columns.slice(0, 2), { kind: 'number', name: 'target', values: target } as const];
  const { model } = await train({ ...table, columns }, specOf(), SILENT);
  expect(intervalsOf(model)).toBeUndefined();
});
