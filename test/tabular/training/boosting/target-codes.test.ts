import { expect, test } from 'vitest';
import { targetCodes } from '../../../../src/tabular/training/boosting/target-codes.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';
import { allRows } from '../training-data.ts';

test('a label’s code is its smoothed mean; an unknown one has the overall mean', () => {
  const codes = Int32Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 0 : i % 10 === 1 ? -1 : 1));
  const { encoder, values } = targetCodes(
    { kind: 'category', codes, labels: ['a', 'b', 'never'] },
    0,
    allRows(400),
    { of: (row) => Number(row % 4 === 0), worth: 1 },
    1,
  );
  const mean = 100 / 400;
  expect(encoder.labels).toEqual(['a', 'b']);
  expect(encoder.other).toBeCloseTo(mean, 12);
  expect(encoder.values[0]).toBeCloseTo((100 + 20 * mean) / 120, 12);
  expect(values[0]).toBe(encoder.values[0]);
  expect(values[1]).toBeNaN();
});

test('where labels are many, a row’s code tells nothing of its own response', () => {
  const random = createRandom(3);
  const rows = 2000;
  const codes = Int32Array.from({ length: rows }, () => Math.floor(random() * 500));
  const response = Float64Array.from({ length: rows }, () => Number(random() < 0.5));
  const labels = Array.from({ length: 500 }, (_, k) => `l${k}`);
  const { values, encoder } = targetCodes(
    { kind: 'category', codes, labels },
    0,
    allRows(rows),
    { of: (row) => response[row]!, worth: 1 },
    1,
  );
  expect(Math.abs(correlation(values, response))).toBeLessThan(0.1);
  const inSample = Float64Array.from(codes, (code) => encoder.values[encoder.labels.indexOf(labels[code]!)]!);
  expect(correlation(inSample, response)).toBeGreaterThan(0.3);
});

test('labels of few rows of a rare class tell nothing of a row’s own response, however many rows they have', () => {
  const random = createRandom(4);
  const rows = 40_000;
  const codes = Int32Array.from({ length: rows }, () => Math.floor(random() * 200));
  const response = Float64Array.from({ length: rows }, () => Number(random() < 0.005));
  const labels = Array.from({ length: 200 }, (_, k) => `l${k}`);
  const correlationAt = (worth: number) => {
    const of = (row: number) => response[row]!;
    const column = { kind: 'category', codes, labels } as const;
    return correlation(targetCodes(column, 0, allRows(rows), { of, worth }, 1).values, response);
  };
  expect(Math.abs(correlationAt(0.02))).toBeLessThan(0.02);
  expect(correlationAt(1)).toBeGreaterThan(0.05);
});

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (v: Float64Array) => v.reduce((sum, x) => sum + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number) => a.reduce((total, _, i) => total + f(i), 0);
  return (
    sum((i) => (a[i]! - ma) * (b[i]! - mb)) /
    Math.sqrt(sum((i) => (a[i]! - ma) ** 2) * sum((i) => (b[i]! - mb) ** 2))
  );
}
