import { expect, test } from 'vitest';
import { describeInputs } from '../../../src/tabular/training/reference.ts';
import type { InputData } from '../../../src/tabular/values/inputs.ts';
import { allRows } from './training-data.ts';

const number = (values: ArrayLike<number>): InputData => ({
  kind: 'number',
  values: Float64Array.from(values),
});
const category = (cells: readonly string[]): InputData => {
  const labels = [...new Set(cells)].filter((cell) => cell !== '');
  return { kind: 'category', labels, codes: Int32Array.from(cells, (cell) => labels.indexOf(cell)) };
};
const describeOne = (input: InputData, rows: number) => describeInputs([input], allRows(rows), 42)[0];

test('a number is cut into tenths, and every row is counted', () => {
  const described = describeOne(number(Array.from({ length: 1000 }, (_, i) => (i * 7) % 1000)), 1000);
  if (described?.kind !== 'number') throw new Error('expected a number');
  expect(described.edges).toEqual([99.5, 199.5, 299.5, 399.5, 499.5, 599.5, 699.5, 799.5, 899.5]);
  expect(described.counts).toEqual([...Array<number>(10).fill(100), 0]);
});

test('edges of a number that mostly takes one value ascend and do not repeat', () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i < 900 ? 0 : i));
  const described = describeOne(number(values), 1000);
  if (described?.kind !== 'number') throw new Error('expected a number');
  expect(described.edges).toEqual([...new Set(described.edges)].sort((a, b) => a - b));
  expect(described.edges.length).toBeLessThanOrEqual(9);
  expect(described.counts.reduce((a, b) => a + b)).toBe(1000);
});

test('few values have a bin each, missing ones their own', () => {
  expect(describeOne(number([1, 3, 3, Number.NaN]), 4)).toEqual({
    kind: 'number',
    edges: [2],
    counts: [1, 2, 1],
  });
  expect(describeOne(number([5, Number.NaN]), 2)).toEqual({ kind: 'number', edges: [], counts: [1, 1] });
});

test('a category keeps its 20 most frequent labels, of equals the first, and counts the rest together', () => {
  const cells = Array.from({ length: 30 }, (_, i) => `label ${i}`);
  const described = describeOne(
    category([...cells, 'label 29', '__proto__', '__proto__', '__proto__', '']),
    35,
  );
  expect(described).toEqual({
    kind: 'category',
    labels: ['__proto__', 'label 29', ...cells.slice(0, 18)],
    counts: [3, 2, ...Array<number>(18).fill(1), 11, 1],
  });
});

test('only the rows that are used are described', () => {
  const inputs = [number([1, 2, 900]), category(['a', 'b', 'c'])];
  expect(describeInputs(inputs, Int32Array.of(0, 1), 42)).toEqual([
    { kind: 'number', edges: [1.5], counts: [1, 1, 0] },
    { kind: 'category', labels: ['a', 'b'], counts: [1, 1, 0, 0] },
  ]);
});

test('a long table is described alike every time: edges from a sample, counts of all rows', () => {
  const rows = 250_000;
  const inputs = [number(Array.from({ length: rows }, (_, i) => Math.sin(i * 7.7)))];
  const described = describeInputs(inputs, allRows(rows), 42);
  expect(describeInputs(inputs, allRows(rows), 42)).toEqual(described);
  const counts = described[0]?.counts ?? [];
  expect(counts.reduce((a, b) => a + b)).toBe(rows);
  for (const count of counts.slice(0, 10)) expect(Math.abs(count / rows - 0.1)).toBeLessThan(0.005);
});
