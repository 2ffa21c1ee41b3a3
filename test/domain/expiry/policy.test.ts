import { expect, test } from 'vitest';
import { cutoff, expiry } from '../../../src/domain/expiry/policy.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');

test('a dataset lives its days to the millisecond: it has expired once it is older than the cut-off', () => {
  const before = cutoff({ days: 7 }, NOW) as Date;
  expect(before).toEqual(new Date('2026-02-22T12:00:00.000Z'));
  const hasExpired = (createdAt: Date) => createdAt < before;
  expect(hasExpired(new Date('2026-02-22T12:00:00.000Z'))).toBe(false);
  expect(hasExpired(new Date('2026-02-22T11:59:59.999Z'))).toBe(true);
});

test('a dataset expires, by what the API says, at the moment the clean-up may take it', () => {
  const createdAt = new Date('2026-02-22T12:00:00.000Z');
  const expiresAt = expiry({ days: 7 }, createdAt) as Date;
  const justBefore = cutoff({ days: 7 }, new Date(expiresAt.getTime())) as Date;
  const justAfter = cutoff({ days: 7 }, new Date(expiresAt.getTime() + 1)) as Date;
  expect(createdAt < justBefore).toBe(false);
  expect(createdAt < justAfter).toBe(true);
});

test('fractions of a day count', () => {
  expect(cutoff({ days: 0.5 }, NOW)).toEqual(new Date('2026-03-01T00:00:00.000Z'));
  expect(cutoff({ days: 1 / 86_400 }, NOW)).toEqual(new Date('2026-03-01T11:59:59.000Z'));
  expect(expiry({ days: 0.5 }, NOW)).toEqual(new Date('2026-03-02T00:00:00.000Z'));
});

test('days are 24 hours, whatever the clocks do', () => {
  expect(cutoff({ days: 1 }, new Date('2026-03-29T12:00:00+02:00'))).toEqual(
    new Date('2026-03-28T12:00:00+02:00'),
  );
});

test('with 0 days nothing ever expires', () => {
  expect(cutoff({ days: 0 }, NOW)).toBeNull();
  expect(expiry({ days: 0 }, NOW)).toBeNull();
});

test.each([1e5, 3e6, 1e9, 1e300])('%d days are no fault: what no calendar holds is never', (days) => {
  expect(cutoff({ days }, NOW)).toBeNull();
  const expiresAt = expiry({ days }, NOW);
  expect(expiresAt === null || /^\d{4}-/.test(expiresAt.toISOString())).toBe(true);
});
