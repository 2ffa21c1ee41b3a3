/**
 * Writes the Grafana dashboards from their source: `npm run dashboards`; `-- --check` only says whether they are
 * current. The JSON is committed, because that is what Grafana reads; it is never edited by hand.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { buildDashboard, type DashboardSpec } from '../infra/monitoring/grafana/source/build.ts';
import { datasets } from '../infra/monitoring/grafana/source/datasets.ts';
import { overview } from '../infra/monitoring/grafana/source/overview.ts';
import { requests } from '../infra/monitoring/grafana/source/requests.ts';
import { run, runWithoutTraces } from '../infra/monitoring/grafana/source/run.ts';
import { runbookOf, runbooks } from '../infra/monitoring/grafana/source/runbooks.ts';
import { runtime } from '../infra/monitoring/grafana/source/runtime.ts';
import { slo } from '../infra/monitoring/grafana/source/slo.ts';
import { training } from '../infra/monitoring/grafana/source/training.ts';
import { generatedFile } from './generated-file.ts';

const root = new URL('../', import.meta.url);
const parent = 'infra/monitoring/grafana/dashboards/';

const book = runbooks(readFileSync(new URL('docs/runbooks.md', root), 'utf8'));
/** By folder: `mlops` always, and one of the others, by whether Grafana has Tempo and Loki. */
const folders: Readonly<Record<string, readonly DashboardSpec[]>> = {
  mlops: [overview, requests, datasets, training, runtime, slo, book],
  traced: [run],
  untraced: [runWithoutTraces],
};

for (const [folder, dashboards] of Object.entries(folders)) {
  for (const spec of dashboards) {
    const json = `${JSON.stringify(buildDashboard(spec, runbookOf(book)), undefined, 2)}\n`;
    generatedFile(`${parent}${folder}/${spec.uid}.json`, json, 'npm run dashboards');
  }
  const strangers = readdirSync(new URL(parent + folder, root)).filter(
    (name) => !dashboards.some(({ uid }) => name === `${uid}.json`),
  );
  for (const name of strangers) {
    process.stderr.write(`${parent}${folder}/${name} has no source: remove it\n`);
    process.exitCode = 1;
  }
}
