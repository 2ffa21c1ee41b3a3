import { describe, expect, test } from 'vitest';
import { increases, quantile, rates } from '../../src/console/samples.ts';

describe('a counter grows', () => {
  test('from one sample to the next', () => {
    expect(increases([3, 3, 5, 9])).toEqual([0, 2, 4]);
  });
  test('from 0 where it was not there yet', () => {
    expect(increases([null, null, 2, 3])).toEqual([0, 2, 1]);
  });
  test('from 0 again after its process began anew', () => {
    expect(increases([7, 9, 2, 3])).toEqual([2, 2, 1]);
  });
  test('by no more than it did where a sample is missing', () => {
    expect(increases([5, null, 7])).toEqual([0, 2]);
  });
});

test('a rate is over the time that its window really took', () => {
  expect(rates([15, 30, 0], [100, 115, 130, 160], 2)).toEqual([1, 1.5, 30 / 45]);
});

describe('a quantile', () => {
  const buckets = [
    { bound: 0.1, count: 10 },
    { bound: 0.5, count: 18 },
    { bound: Number.POSITIVE_INFINITY, count: 20 },
  ];
  test('lies as far in its bucket as its rank does', () => {
    expect(quantile(0.25, buckets)).toBeCloseTo(0.05);
    expect(quantile(0.7, buckets)).toBeCloseTo(0.3);
  });
  test('beyond the last bound is that bound', () => {
    expect(quantile(0.99, buckets)).toBe(0.5);
  });
  test('of nothing is none', () => {
    expect(quantile(0.5, [])).toBeUndefined();
    expect(quantile(0.5, [{ bound: Number.POSITIVE_INFINITY, count: 0 }])).toBeUndefined();
  });
});
