import { expect, test } from 'vitest';
import { sortNumbers } from '../../../../src/tabular/training/boosting/sort-numbers.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';

const random = createRandom(5, 'sort');

test.each([
  ['even', 10_000, () => random()],
  ['of both signs and all sizes', 10_000, () => (random() - 0.5) * 10 ** (600 * random() - 300)],
  ['that differ in their last digits only', 10_000, () => 1 + random() * 1e-12],
  ['of a few values', 10_000, () => Math.floor(random() * 5) - 2],
  ['so few that they are compared', 50, () => random()],
  ['none', 0, () => 0],
])('numbers %s are sorted as by comparing', (_what, count, draw) => {
  const numbers = Float64Array.from({ length: count }, draw);
  const sorted = numbers.toSorted();
  // 0 and −0 are one value here.
  expect(sortNumbers(numbers).map((number) => number + 0)).toEqual(sorted.map((number) => number + 0));
});

test('the greatest, the least and the infinite numbers have their places', () => {
  const some = [
    Number.NEGATIVE_INFINITY,
    -Number.MAX_VALUE,
    -1,
    -Number.MIN_VALUE,
    Number.MIN_VALUE,
    1,
    Number.POSITIVE_INFINITY,
  ];
  const numbers = Float64Array.from({ length: 7000 }, (_, i) => some[(i * 5) % 7]!);
  expect(sortNumbers(numbers)).toEqual(
    Float64Array.from({ length: 7000 }, (_, i) => some[Math.floor(i / 1000)]!),
  );
});
