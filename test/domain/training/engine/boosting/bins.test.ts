import { expect, test } from 'vitest';
import { assignBins } from '../../../../../src/domain/model/scoring/bins.ts';
import { findEdges } from '../../../../../src/domain/training/engine/boosting/bins.ts';
import { createRandom } from '../../../../../src/domain/training/engine/random.ts';
import { allRows } from '../training-data.ts';

test('few distinct values have a bin each, cut in the middle', () => {
  const values = Float64Array.of(3, 1, Number.NaN, 2, 3, 10);
  const edges = findEdges(values, allRows(6), 255, 1);
  expect([...edges]).toEqual([1.5, 2.5, 6.5]);
  const bins = new Uint8Array(6);
  assignBins(values, null, edges, bins);
  expect([...bins]).toEqual([2, 0, 4, 1, 2, 3]);
});

test('many values are cut into bins of about the same size', () => {
  const random = createRandom(1);
  const values = Float64Array.from({ length: 50_000 }, () => Math.exp(5 * random()));
  const edges = findEdges(values, allRows(values.length), 100, 1);
  expect(edges.length).toBe(99);
  const bins = new Uint8Array(values.length);
  assignBins(values, null, edges, bins);
  const counts = new Int32Array(100);
  for (const bin of bins) counts[bin]!++;
  for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(60);
});

test('neighbours so close that no number lies between are still told apart', () => {
  const [low, high] = [1, 1 + Number.EPSILON];
  const edges = findEdges(Float64Array.of(low, high), allRows(2), 255, 1);
  const bins = new Uint8Array(2);
  assignBins(Float64Array.of(low, high), null, edges, bins);
  expect([...bins]).toEqual([0, 1]);
});
