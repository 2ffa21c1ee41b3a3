import { expect, test } from 'vitest';
import { createRandom } from '../../../../src/tabular/training/random.ts';
import { type EnsembleRules, selectEnsemble } from '../../../../src/tabular/training/search/ensemble.ts';
import { meanOf } from '../../../../src/tabular/training/search/loss.ts';

const ROWS = 400;
const random = createRandom(51);
const truth = Float64Array.from({ length: ROWS }, random);
const losses = (scores: Float64Array) => scores.map((score, i) => (score - truth[i]!) ** 2);
/** Errs by chance of its own. */
const guess = (size: number) => {
  const scores = truth.map((value) => value + size * (random() - 0.5));
  return { scores, loss: meanOf(losses(scores)) };
};
const select = (candidates: readonly ReturnType<typeof guess>[], rules: Partial<EnsembleRules> = {}) =>
  selectEnsemble(candidates, losses, { first: 1, steps: 5, minRelativeGain: 0, ...rules });
const lossOf = (candidates: readonly ReturnType<typeof guess>[], weights: readonly number[]) =>
  meanOf(
    losses(truth.map((_, i) => candidates.reduce((sum, { scores }, c) => sum + weights[c]! * scores[i]!, 0))),
  );

test('members that err in different places are better together than the best alone', () => {
  const candidates = [guess(1), guess(1.1), guess(1.2)];
  const weights = select(candidates);
  expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect(weights.every((weight) => weight > 0)).toBe(true);
  expect(lossOf(candidates, weights)).toBeLessThan(0.5 * candidates[0]!.loss);
});

test('one that only makes it worse gets no weight, and the same again is no gain', () => {
  const best = guess(0.1);
  expect(select([guess(5), best, { ...best }])).toEqual([0, 1, 0]);
});

test('the first ones are in it whatever they add, the better one has more weight if that helps', () => {
  const candidates = [guess(1), guess(0.5), guess(5)];
  expect(select(candidates, { first: 3, steps: 0 })).toEqual([1 / 3, 1 / 3, 1 / 3]);
  const weights = select(candidates, { first: 2, steps: 5 });
  expect(weights[1]).toBeGreaterThan(weights[0]!);
  expect(weights[2]).toBe(0);
});

test('where a member has to be worth it, little is not enough', () => {
  const best = guess(0.5);
  const scores = best.scores.map((score, i) => score + 0.002 * (truth[i]! - score));
  const candidates = [best, { scores, loss: best.loss + 1 }];
  expect(select(candidates, { minRelativeGain: 0.05 })).toEqual([1, 0]);
  expect(select(candidates)[1]).toBeGreaterThan(0);
});
