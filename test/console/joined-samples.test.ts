import { expect, test } from 'vitest';
import type { ServiceMetrics } from '../../src/client/index.ts';
import { joined } from '../../src/console/joined-samples.ts';

const STARTED = Date.parse('2026-11-26T08:00:00Z');

/** Samples from one number to another of a counter that has its number for its value, and of one that comes with the 3rd. */
function samples(first: number, last: number, started = STARTED): ServiceMetrics {
  const numbers = Array.from({ length: last - first }, (_, i) => first + i);
  const late = { metric: 'late', labels: { x: '1' }, values: numbers.map((i) => (i < 3 ? null : i)) };
  return {
    prefix: 'mlops_backend_',
    interval_seconds: 15,
    times: numbers.map((i) => new Date(STARTED + i * 15_000).toISOString()),
    series: [
      { metric: 'process_start_time_seconds', labels: {}, values: numbers.map(() => started / 1000) },
      { metric: 'counter', labels: { x: '1' }, values: numbers },
      ...(last > 3 ? [late] : []),
    ],
  };
}

test('what is new is put behind what is there, and comes to what the whole would have been', () => {
  expect(joined(samples(0, 3), samples(3, 5))).toEqual(samples(0, 5));
  expect(joined(samples(0, 4), samples(4, 4))).toEqual(samples(0, 4));
});

test('no more than an hour is kept', () => {
  expect(joined(samples(0, 240), samples(240, 242))).toEqual(samples(2, 242));
});

test('a series that is no more has no value from then on', () => {
  const after = samples(4, 5);
  const whole = joined(samples(0, 4), { ...after, series: after.series.slice(0, 1) });
  expect(whole?.series.find(({ metric }) => metric === 'counter')?.values).toEqual([0, 1, 2, 3, null]);
});

test('samples of another process are not taken for those of the one before', () => {
  expect(joined(samples(0, 3), samples(3, 5, STARTED + 1))).toBeUndefined();
});
