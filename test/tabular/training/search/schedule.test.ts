import { expect, test } from 'vitest';
import { Schedule } from '../../../../src/tabular/training/search/schedule.ts';
import { PLAIN } from '../../../../src/tabular/training/search/space.ts';

const SLOW = { ...PLAIN, learningRate: 0.05 };
const QUICK = { ...PLAIN, featureFraction: 0.25 };

test('candidates come in their order while there is time for them', () => {
  const schedule = new Schedule([PLAIN, SLOW, QUICK], () => 100);
  expect(schedule.next()).toEqual({ position: 0, candidate: PLAIN });
  schedule.ended(PLAIN, 10);
  expect(schedule.next()?.candidate).toBe(SLOW);
  expect(schedule.next()?.candidate).toBe(QUICK);
  expect(schedule.next()).toBeUndefined();
  expect(schedule.waiting).toBe(0);
});

test('one that would overrun is not begun, a shorter one is', () => {
  let left = 30;
  const schedule = new Schedule([PLAIN, SLOW, QUICK, PLAIN], () => left);
  schedule.next();
  schedule.ended(PLAIN, 10);
  left = 15;
  expect(schedule.next()).toEqual({ position: 2, candidate: QUICK });
  expect(schedule.next()).toEqual({ position: 3, candidate: PLAIN });
  expect(schedule.next()).toBeUndefined();
  expect(schedule.waiting).toBe(1);
});

test('the first is begun without time, a second not', () => {
  const schedule = new Schedule([PLAIN, QUICK], () => 0);
  expect(schedule.next()?.position).toBe(0);
  expect(schedule.next()).toBeUndefined();
});
