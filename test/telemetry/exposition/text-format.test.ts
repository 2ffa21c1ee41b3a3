import { expect, test } from 'vitest';
import { boundText } from '../../../src/telemetry/exposition/text-format.ts';

// The right column is what formatOpenMetricsFloat of Prometheus 3 (model/textparse) makes of the left one.
test.each([
  [0.005, '0.005'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0, '0.0'],
  [-1, '-1.0'],
  [1, '1.0'],
  [2.5, '2.5'],
  [100_000, '100000.0'],
  [1_000_000, '1e+06'],
  [2_500_000, '2.5e+06'],
  [123_456_789, '1.23456789e+08'],
  [1e10, '1e+10'],
  [1e100, '1e+100'],
  [Number.POSITIVE_INFINITY, '+Inf'],
])('the bound %d is written %s', (bound, text) => {
  expect(boundText(bound)).toBe(text);
});
