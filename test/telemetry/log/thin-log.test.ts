import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { thinLog } from '../../../src/telemetry/log/thin-log.ts';

const FACTS = { err: 'full', method: 'GET', route: '/' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function logged() {
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { base: null, timestamp: false },
    { write: (line: string) => lines.push(JSON.parse(line)) },
  );
  return { lines, log: thinLog(logger, 1000) };
}

test('of thousands of lines of a kind the first is written at once, and one a period that counts the rest', () => {
  const { lines, log } = logged();
  for (let i = 0; i < 5527; i++) log('full', 'error', { ...FACTS, err: i }, 'request failed');
  expect(lines).toEqual([{ level: 50, ...FACTS, err: 0, msg: 'request failed' }]);
  vi.advanceTimersByTime(1000);
  expect(lines.slice(1)).toEqual([{ level: 50, ...FACTS, err: 5526, repeats: 5526, msg: 'request failed' }]);
});

test('a kind that goes on has a line a period; one that was quiet for a period is written at once again', () => {
  const { lines, log } = logged();
  for (let i = 0; i < 50; i++) {
    log('full', 'error', FACTS, 'request failed');
    vi.advanceTimersByTime(100);
  }
  expect(lines).toHaveLength(6);
  expect(lines.reduce((sum, line) => sum + ((line['repeats'] as number) ?? 1), 0)).toBe(50);
  vi.advanceTimersByTime(2000);
  log('full', 'error', FACTS, 'request failed');
  expect(lines).toHaveLength(7);
});

test('kinds do not hide each other', () => {
  const { lines, log } = logged();
  log('full', 'error', FACTS, 'request failed');
  log('away', 'warn', { cause: 'gone' }, 'queue warning');
  expect(lines.map(({ msg }) => msg)).toEqual(['request failed', 'queue warning']);
});
