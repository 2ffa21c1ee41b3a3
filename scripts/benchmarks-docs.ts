/** Writes docs/benchmarks.md and its charts from docs/benchmarks.json: `npm run docs:benchmarks`; `-- --check` as ever. */
import { readdirSync, readFileSync } from 'node:fs';
import { report } from '../bench/report.ts';
import type { Results } from '../bench/results.ts';
import { generatedFile } from './generated-file.ts';

const docs = new URL('../docs/', import.meta.url);
const files = report(JSON.parse(readFileSync(new URL('benchmarks.json', docs), 'utf8')) as Results);
for (const [path, text] of files) generatedFile(`docs/${path}`, text, 'npm run docs:benchmarks');

for (const name of readdirSync(new URL('benchmarks/', docs)).filter(
  (chart) => !files.has(`benchmarks/${chart}`),
)) {
  process.stderr.write(`docs/benchmarks/${name} has no source: remove it\n`);
  process.exitCode = 1;
}
