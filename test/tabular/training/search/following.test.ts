import { expect, test } from 'vitest';
import {
  costOfFollowing,
  type Following,
  MARGIN,
} from '../../../../src/tabular/training/search/following.ts';

const FOLLOWING: Following = { fittedRows: 1000, sharesLoops: false, predictedRows: (trees) => trees };
const member = (fit: number, trees = 0) => ({ cost: { fit, predict: 0.01 }, trees });
const THREADS = 4;
const boosting = (fits: readonly number[], processors: number, following = FOLLOWING) =>
  costOfFollowing(
    following,
    fits.map((fit) => member(fit)),
    0,
    processors,
    THREADS,
  ).boosting / MARGIN;

test('a fit alone takes as long as its rows took a thread, one that threads share less', () => {
  expect(boosting([0.002], 4)).toBeCloseTo(2, 9);
  const shared = boosting([0.002], 4, { ...FOLLOWING, sharesLoops: true });
  expect(shared).toBeGreaterThan(2 / 4);
  expect(shared).toBeLessThan(2 / 2);
});

test('members are fitted side by side, and wait for the longest', () => {
  expect(boosting([0.002, 0.002, 0.002, 0.002], 4)).toBeLessThan(2 * boosting([0.002], 4));
  expect(boosting([0.002, 0.0001], 4)).toBeGreaterThanOrEqual(boosting([0.002], 4));
});

test('all of it takes twice as long where the processors are half others’', () => {
  const cost = (processors: number) =>
    costOfFollowing(FOLLOWING, [member(0.002, 300), member(0.001, 200)], 0.0005, processors, THREADS);
  const [idle, busy] = [cost(4), cost(2)];
  expect(busy.boosting).toBeCloseTo(2 * idle.boosting, 9);
  expect(busy.others).toBeCloseTo(2 * idle.others, 9);
  expect(idle.others / MARGIN).toBeCloseTo(0.0005 * 1000 + 500 * 0.02, 9);
});
