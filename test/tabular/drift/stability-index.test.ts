import { expect, test } from 'vitest';
import { indexByChance, stabilityIndex } from '../../../src/tabular/drift/stability-index.ts';
import { createRandom } from '../../../src/tabular/training/random.ts';

test('is 0 where both are spread alike, however many rows each has', () => {
  expect(stabilityIndex([10, 20, 30], [100, 200, 300])).toBe(0);
  expect(stabilityIndex([10, 0, 30], Uint32Array.of(10, 0, 30))).toBe(0);
});

test('is the sum of (a − e) · ln(a / e) over the shares', () => {
  // (0.4 − 0.2) · ln 2 + (0.6 − 0.8) · ln 0.75
  expect(stabilityIndex([20, 80], [4, 6])).toBeCloseTo(0.2 * Math.log(2) - 0.2 * Math.log(0.75), 12);
  expect(stabilityIndex([4, 6], [20, 80])).toBeCloseTo(stabilityIndex([20, 80], [4, 6]), 12);
});

test('a bin that is empty on one side counts as a share of 0.0001', () => {
  const moved = (1 - 1e-4) * Math.log(1e4);
  expect(stabilityIndex([7, 0], [0, 9])).toBeCloseTo(2 * moved, 12);
});

test('by chance is what samples of the same source come to on average; bins without rows count for nothing', () => {
  const random = createRandom(1, 'psi');
  const draw = (rows: number) => {
    const counts = new Uint32Array(11);
    for (let i = 0; i < rows; i++) counts[Math.floor(random() * 10)]!++;
    return counts;
  };
  const indices = Array.from({ length: 400 }, () => stabilityIndex(draw(2000), draw(1000)));
  const mean = indices.reduce((sum, index) => sum + index, 0) / indices.length;
  const expected = indexByChance(draw(2000), draw(1000));
  expect(expected).toBeCloseTo(9 * (1 / 2000 + 1 / 1000), 12);
  expect(Math.abs(mean / expected - 1)).toBeLessThan(0.15);
});
