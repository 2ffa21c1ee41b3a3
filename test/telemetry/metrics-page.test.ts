import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { metricsPage } from '../../src/telemetry/metrics-page.ts';
import { prometheusMetrics } from '../../src/telemetry/prometheus-names.ts';

test('docs/metrics.md is what the catalogue says', () => {
  const script = fileURLToPath(new URL('../../scripts/metrics-docs.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

test('the page has one row for every metric', () => {
  const rows = metricsPage()
    .split('\n')
    .flatMap((line) => /^\| `(\w+)` \|/.exec(line)?.[1] ?? []);
  expect(rows.sort()).toEqual(
    prometheusMetrics()
      .map(({ name }) => name)
      .sort(),
  );
});
