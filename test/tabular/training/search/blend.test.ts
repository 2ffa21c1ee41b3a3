import { expect, test } from 'vitest';
import { findBlend } from '../../../../src/tabular/training/search/blend.ts';
import { otherwiseLosses, rowLosses } from '../../../../src/tabular/training/search/loss.ts';
import { allRows, trainingData } from '../training-data.ts';

const ROWS = 120;
const all = allRows(ROWS);
const three = trainingData(
  {
    rows: ROWS,
    columns: [
      { kind: 'number', name: 'x', values: Float64Array.from(all, (row) => row / 7) },
      {
        kind: 'category',
        name: 'target',
        labels: ['a', 'b', 'c'],
        codes: Int32Array.from(all, (row) => row % 3),
      },
    ],
  },
  'target',
);
/** Every row's own class has the probability that is given for the row, the others share the rest. */
const told = (own: (row: number) => number) =>
  Float64Array.from({ length: 3 * ROWS }, (_, i) => {
    const row = Math.floor(i / 3);
    return i % 3 === row % 3 ? own(row) : (1 - own(row)) / 2;
  });
const weightOfSecond = (first: Float64Array, second: Float64Array) =>
  findBlend(
    first,
    second,
    rowLosses(three, all, all, false),
    otherwiseLosses(three, all, all, false),
    false,
    0,
  ).weight;

test('of two that tell all rows rightly the surer one is not all', () => {
  expect(
    weightOfSecond(
      told(() => 1 - 1e-6),
      told(() => 0.93),
    ),
  ).toBe(0.5);
  expect(
    weightOfSecond(
      told(() => 0.93),
      told(() => 1 - 1e-6),
    ),
  ).toBe(0.5);
});

test('one that guesses has no weight beside one that tells, however sure', () => {
  const guess = told(() => 1 / 3);
  expect(
    weightOfSecond(
      told(() => 1 - 1e-6),
      guess,
    ),
  ).toBeLessThan(0.15);
  expect(
    weightOfSecond(
      told(() => 0.9),
      guess,
    ),
  ).toBe(0);
});

test('of two that err in other rows, each is half', () => {
  const errsIn = (rest: number) => told((row) => (row % 10 === rest ? 0.2 : 0.95));
  expect(weightOfSecond(errsIn(1), errsIn(4))).toBe(0.5);
});
