import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PROMTOOL = '/usr/bin/promtool';

/** Without it the test is skipped by name, unless everything is required. */
export const canRunPromtool = existsSync(PROMTOOL) || process.env['REQUIRE_ALL'] === '1';

/**
 * promtool's habits against OpenTelemetry's names: the conventions have a gauge that ends in `_count`, and the rules
 * for Prometheus names leave it so.
 */
const CONVENTIONS_NAME =
  'db_client_connection_count non-histogram and non-summary metrics should not have "_count" suffix\n';

/** @returns what `promtool check metrics` has to say: nothing, when all is well */
export function promtoolComplaints(exposition: string): string {
  const { stdout, stderr, error } = spawnSync(PROMTOOL, ['check', 'metrics'], {
    input: exposition,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return `${stdout}${stderr}`.replace(CONVENTIONS_NAME, '');
}
