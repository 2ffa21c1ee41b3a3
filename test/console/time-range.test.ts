import { expect, test } from 'vitest';
import { timeRange } from '../../src/console/charts/time-range.ts';

const NOON = 1_795_000_000;

test('few samples stand at the end of five minutes, a single one too', () => {
  expect(timeRange([NOON])).toEqual([NOON - 300, NOON]);
  expect(timeRange([NOON - 15, NOON])).toEqual([NOON - 300, NOON]);
});

test('many fill the width', () => {
  expect(timeRange([NOON - 3600, NOON - 1800, NOON])).toEqual([NOON - 3600, NOON]);
});
