import { readFileSync, writeFileSync } from 'node:fs';
import { metricsPage } from '../src/telemetry/metrics-page.ts';

/** Writes docs/metrics.md from the catalogue; with `--check` only says, by exit code 1, whether it is out of date. */
const file = new URL('../docs/metrics.md', import.meta.url);
const page = metricsPage();

if (!process.argv.includes('--check')) {
  writeFileSync(file, page);
} else if (readFileSync(file, 'utf8') !== page) {
  process.stderr.write('docs/metrics.md differs from the catalogue: run node scripts/metrics-docs.ts\n');
  process.exitCode = 1;
}
