import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PROMTOOL = '/usr/bin/promtool';

/** Without it the test is skipped by name, unless everything is required. */
export const canRunPromtool = existsSync(PROMTOOL) || process.env['REQUIRE_ALL'] === '1';

/** @returns what `promtool check metrics` has to say: nothing, when all is well */
export function promtoolComplaints(exposition: string): string {
  return execFileSync(PROMTOOL, ['check', 'metrics'], { input: exposition, encoding: 'utf8' });
}
