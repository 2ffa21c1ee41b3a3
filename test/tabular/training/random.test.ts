import { expect, test } from 'vitest';
import { createRandom, MAX_SEED } from '../../../src/tabular/training/random.ts';

const first = (seed: number) => createRandom(seed, 'split')();

test('seeds up to the largest give numbers of their own; the next one would repeat those of 0', () => {
  const seeds = [0, 1, 42, 2 ** 31 - 1, 2 ** 31, MAX_SEED - 1, MAX_SEED];
  expect(new Set(seeds.map(first)).size).toBe(seeds.length);
  expect(first(MAX_SEED + 1)).toBe(first(0));
});
