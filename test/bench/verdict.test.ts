import { expect, test } from 'vitest';
import type { RatioResult } from '../../bench/results.ts';
import { meets, verdict } from '../../bench/verdict.ts';

type Spread = readonly [low: number, median: number, high: number];

const ratio = (better: 'lower' | 'higher', [low, median, high]: Spread): RatioResult => ({
  name: 'ours / theirs',
  better,
  rounds: 15,
  low,
  median,
  high,
});

test.each<[string, Spread, Spread]>([
  ['the spreads of the rounds touch', [0.8, 0.9, 1.0], [0.95, 1.2, 1.3]],
  [
    'they do not, but the medians are as near as those of two quiet runs',
    [0.9, 0.91, 0.92],
    [0.93, 0.94, 0.95],
  ],
  ['nothing changed', [1, 1, 1], [1, 1, 1]],
])('a ratio is as before where %s', (_, before, now) => {
  for (const better of ['lower', 'higher'] as const) {
    expect(verdict(ratio(better, before), ratio(better, now))).toBe('as before');
    expect(verdict(ratio(better, now), ratio(better, before))).toBe('as before');
  }
});

test('beyond its noise it is better or worse, by what is better for it', () => {
  const small: Spread = [0.4, 0.5, 0.6];
  const large: Spread = [0.7, 0.8, 0.9];
  expect(verdict(ratio('lower', small), ratio('lower', large))).toBe('worse');
  expect(verdict(ratio('lower', large), ratio('lower', small))).toBe('better');
  expect(verdict(ratio('higher', small), ratio('higher', large))).toBe('better');
  expect(verdict(ratio('higher', large), ratio('higher', small))).toBe('worse');
});

test('an aim is met at its bound', () => {
  expect([meets({ atMost: 0.5 }, 0.5), meets({ atMost: 0.5 }, 0.51)]).toEqual([true, false]);
  expect([meets({ atLeast: 0.85 }, 0.85), meets({ atLeast: 0.85 }, 0.84)]).toEqual([true, false]);
});
