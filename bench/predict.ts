/**
 * Predictions of one row and of a thousand rows over HTTP on loopback, by one connection, with a light and a heavy
 * model of the same table, in one run. `node bench/predict.ts [seconds]`, 5 by default.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataFile } from '../test/support/client.ts';
import { startService } from '../test/support/service.ts';

const SECONDS = process.argv[2] ?? '5';
const autocannon = createRequire(import.meta.url).resolve('autocannon');

interface Report {
  latency: { average: number; p50: number; p99: number };
  requests: { average: number };
  non2xx: number;
}

/** Whole milliseconds are the tool's own resolution: 0 is less than one. */
async function load(url: string, body: string, folder: string): Promise<Report> {
  const input = join(folder, 'body.json');
  await writeFile(input, body);
  const options = [
    '-c',
    '1',
    '-d',
    SECONDS,
    '-m',
    'POST',
    '-H',
    'content-type=application/json',
    '-i',
    input,
    '--json',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [autocannon, ...options, url]);
  return JSON.parse(stdout) as Report;
}

const root = await mkdtemp(join(tmpdir(), 'mlops-bench-'));
try {
  await using service = await startService(root);
  const [header = '', ...lines] = (await readFile(dataFile('breast_cancer_test.csv'), 'utf8'))
    .trim()
    .split('\n');
  const names = header.split(',');
  const rows = lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, i) => [names[i], Number(cell)])),
  );
  const thousand = Array.from({ length: 1000 }, (_, i) => rows[i % rows.length]);
  const dataset = await service.api.uploadFile('breast_cancer_train.csv');
  for (const mode of ['light', 'heavy']) {
    const run = await service.api.train(dataset.dataset_id, { mode });
    const url = `${service.origin}/api/ml/v1/artifacts/${run.artifact_id}/predict`;
    const { algorithm } = run.metrics as unknown as { algorithm: { name: string } };
    for (const [what, batch] of [
      ['1 row', rows.slice(0, 1)],
      ['1000 rows', thousand],
    ] as const) {
      const report = await load(url, JSON.stringify({ rows: batch }), root);
      if (report.non2xx > 0) throw new Error(`${report.non2xx} predictions failed`);
      const perSecond = (report.requests.average * batch.length).toFixed(0);
      process.stdout.write(
        `${mode.padEnd(6)} ${algorithm.name.padEnd(14)} ${what.padEnd(10)} mean ${report.latency.average.toFixed(2)} ms  p50 ${report.latency.p50} ms  p99 ${report.latency.p99} ms  ${perSecond} rows/s\n`,
      );
    }
  }
} finally {
  await rm(root, { recursive: true, force: true });
}
