import { describe, expect, test } from 'vitest';
import {
  ExponentialBuckets,
  type ExponentialCounts,
} from '../../../src/telemetry/bound/exponential-buckets.ts';
import { seededRandom } from '../../support/random.ts';

function bucketsOf(values: Iterable<number>): ExponentialCounts {
  const buckets = new ExponentialBuckets();
  for (const value of values) buckets.record(value);
  return buckets.value();
}

/** Each bucket that holds something: what is above it, what it reaches to, and how many it holds. */
function filled({ schema, first, counts }: ExponentialCounts) {
  const bound = (i: number) => 2 ** (i / 2 ** schema);
  return [...counts]
    .map((count, i) => ({ above: bound(first + i - 1), upTo: bound(first + i), count }))
    .filter(({ count }) => count > 0);
}

test('a value lies above the bucket before its own and not above its own, bounds included', () => {
  for (const power of [-20, -3, -1, 0, 1, 10, 33]) {
    const bound = 2 ** power;
    expect(filled(bucketsOf([bound]))).toMatchObject([{ upTo: bound, count: 1 }]);
    expect(filled(bucketsOf([bound * 1.001]))[0]?.above).toBeCloseTo(bound, 12);
  }
});

test('buckets are 9 % wide where values are not a million times apart', () => {
  const random = seededRandom();
  const values = Array.from({ length: 5000 }, () => 0.001 * 10 ** (5 * random()));
  const counts = bucketsOf(values);
  expect(counts.schema).toBe(3);
  for (const { above, upTo, count } of filled(counts)) {
    expect(upTo / above).toBeCloseTo(2 ** (1 / 8), 10);
    expect(count).toBe(values.filter((value) => value > above && value <= upTo).length);
  }
});

describe('however far apart the values are', () => {
  const random = seededRandom();
  const wide = [
    ...Array.from({ length: 3000 }, () => 2 ** (600 * random() - 120)),
    1e-300,
    5e-324,
    0,
    -1,
    Number.MAX_VALUE,
    Number.POSITIVE_INFINITY,
  ];

  test('there are no more than 160 buckets, and each value is in its own, or counts as zero', () => {
    const buckets = new ExponentialBuckets();
    for (const [i, value] of wide.entries()) {
      buckets.record(value);
      const { counts, zeroCount } = buckets.value();
      expect(counts.length).toBeLessThanOrEqual(160);
      expect(counts.reduce((sum, count) => sum + count, zeroCount)).toBe(i + 1);
    }
    const last = buckets.value();
    expect(last.zeroCount).toBe(wide.filter((value) => value <= 2 ** -128).length);
    for (const { above, upTo, count } of filled(last)) {
      const here = wide.filter((value) => Math.min(value, Number.MAX_VALUE) > above && value <= upTo);
      const infinite = upTo > Number.MAX_VALUE ? 1 : 0;
      expect(count).toBe(here.length + (Number.isFinite(upTo) ? infinite : 0));
    }
  });

  test('the order in which they come makes no difference', () => {
    const there = filled(bucketsOf(wide.toSorted((a, b) => a - b)));
    const back = filled(bucketsOf(wide.toSorted((a, b) => b - a)));
    expect(there).toEqual(back);
  });
});

test('nothing recorded is nothing counted', () => {
  expect(bucketsOf([])).toMatchObject({ schema: 3, zeroCount: 0, counts: [] });
});
