import { expect, test } from 'vitest';
import { memoryForUs } from '../../src/telemetry/process.ts';

const GB = 2 ** 30;

test.each([
  ['its container’s limit', 2 * GB, 0, 2 * GB],
  ['that limit less what trainers may take', 6 * GB, 4 * GB, 2 * GB],
  ['a quarter at least, where trainers may take more than there is', 2 * GB, 4 * GB, GB / 2],
  ['the machine’s memory where there is no limit', 0, 0, 16 * GB],
  ['the same where the limit is as good as none', 2 ** 64, 4 * GB, 12 * GB],
])('a process may use %s', (_, container, trainers, expected) => {
  expect(memoryForUs(container, trainers, 16 * GB)).toBe(expected);
});
