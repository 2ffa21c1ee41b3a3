import { expect, test } from 'vitest';
import { binAssigner } from '../../../../src/tabular/scoring/bins.ts';
import { findEdges } from '../../../../src/tabular/training/boosting/bins.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';
import { allRows } from '../training-data.ts';

test('few distinct values have a bin each, cut in the middle', () => {
  const values = Float64Array.of(3, 1, Number.NaN, 2, 3, 10);
  const edges = findEdges(values, allRows(6), 255, 1);
  expect([...edges]).toEqual([1.5, 2.5, 6.5]);
  const bins = new Uint8Array(6);
  binAssigner(edges)(values, null, bins);
  expect([...bins]).toEqual([2, 0, 4, 1, 2, 3]);
});

test('many values are cut into bins of about the same size', () => {
  const random = createRandom(1);
  const values = Float64Array.from({ length: 50_000 }, () => Math.exp(5 * random()));
  const edges = findEdges(values, allRows(values.length), 100, 1);
  expect(edges.length).toBe(99);
  const bins = new Uint8Array(values.length);
  binAssigner(edges)(values, null, bins);
  const counts = new Int32Array(100);
  for (const bin of bins) counts[bin]!++;
  for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(60);
});

test('neighbours so close that no number lies between are still told apart', () => {
  const [low, high] = [1, 1 + Number.EPSILON];
  const edges = findEdges(Float64Array.of(low, high), allRows(2), 255, 1);
  const bins = new Uint8Array(2);
  binAssigner(edges)(Float64Array.of(low, high), null, bins);
  expect([...bins]).toEqual([0, 1]);
});

test.each([
  ['even', (random: () => number) => random()],
  ['with a long tail', (random: () => number) => Math.exp(40 * random())],
  ['on both sides of 0', (random: () => number) => (random() - 0.5) ** 3],
  ['nearly all the same', (random: () => number) => 1e9 + random() * 1e-4],
  [
    'from the least number to the greatest',
    (random: () => number) => (random() - 0.5) * Number.MAX_VALUE * 2,
  ],
])('every value of a column %s gets the bin that its edges say, edges themselves too', (_what, draw) => {
  const random = createRandom(3);
  const drawn = Float64Array.from({ length: 20_000 }, () => draw(random));
  const edges = findEdges(drawn, allRows(drawn.length), 255, 1);
  const values = Float64Array.of(...edges, ...drawn, -Number.MAX_VALUE, Number.MAX_VALUE, Number.NaN);
  const bins = new Uint8Array(values.length);
  binAssigner(edges)(values, null, bins);
  const wrong = values.filter((value, i) => {
    const below = edges.findIndex((edge) => value <= edge);
    const bin = Number.isNaN(value) ? edges.length + 1 : below < 0 ? edges.length : below;
    return bins[i] !== bin;
  });
  expect([...wrong]).toEqual([]);
});
