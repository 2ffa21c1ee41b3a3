/**
 * Writes the Grafana dashboards from their source: `npm run dashboards`. The JSON is committed, because that is
 * what Grafana reads; it is never edited by hand. With `--check` it only says, by exit code 1, which are out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { buildDashboard, type DashboardSpec } from '../infra/monitoring/grafana/source/build.ts';
import { overview } from '../infra/monitoring/grafana/source/overview.ts';
import { runbooks } from '../infra/monitoring/grafana/source/runbooks.ts';
import { slo } from '../infra/monitoring/grafana/source/slo.ts';
import { training } from '../infra/monitoring/grafana/source/training.ts';

const root = new URL('../', import.meta.url);
const folder = new URL('infra/monitoring/grafana/dashboards/mlops/', root);

const dashboards: readonly DashboardSpec[] = [
  overview,
  training,
  slo,
  runbooks(readFileSync(new URL('docs/runbooks.md', root), 'utf8')),
];

const isCheck = process.argv.includes('--check');
for (const spec of dashboards) {
  const json = `${JSON.stringify(buildDashboard(spec), undefined, 2)}\n`;
  const file = new URL(`${spec.uid}.json`, folder);
  if (!isCheck) {
    writeFileSync(file, json);
  } else if (readFileSync(file, 'utf8') !== json) {
    process.stderr.write(`${spec.uid}.json differs from its source: npm run dashboards\n`);
    process.exitCode = 1;
  }
}
