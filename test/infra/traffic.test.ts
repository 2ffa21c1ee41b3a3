import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const SCRIPT = new URL('../../scripts/traffic.ts', import.meta.url).pathname;
const traffic = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};
const OPTIONS = /--minutes[\s\S]*--origin[\s\S]*--key/;

test('the traffic generator explains itself, and sends nothing', () => {
  expect(traffic('--help')).toEqual({ status: 0, stdout: expect.stringMatching(OPTIONS), stderr: '' });
});

test.each([
  ['an option that it does not have', ['--minute', '1'], /^traffic: Unknown option '--minute'/],
  ['minutes that are no number', ['--minutes', 'ten'], /^traffic: --minutes must be a number above 0/],
])('%s: refused in words, with how to ask', (_what, args, says) => {
  const { status, stderr } = traffic(...args);
  expect(status).toBe(2);
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(OPTIONS);
});
