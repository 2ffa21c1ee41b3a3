/**
 * Predictions over HTTP on loopback, from another process than the service, in one run: one row and a thousand rows
 * by JSON, one request after the other, with a light and a heavy model, called by its artifact and by its name; then a table of 500 000 rows by 20 numbers
 * with a model of 100 trees, beside the scoring alone. `node bench/predict.ts [requests]`, 2000 by default.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { loadModel, type Table } from '#tabular';
import { dataFile } from '../test/support/client.ts';
import { keptModels } from '../test/support/kept-models.ts';
import { type Service, startService } from '../test/support/service.ts';
import { makeDataset } from './training/data.ts';
import { fitOnce, HUNDRED_TREES } from './training/one-fit.ts';

const REQUESTS = Number(process.argv[2] ?? 2000);
const WARM_UP = 200;
const REPEATS = 10;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const root = await mkdtemp(join(tmpdir(), 'mlops-bench-'));
try {
  await using service = await startService(root);
  await benchRows(service);
  await benchTable(service);
} finally {
  agent.destroy();
  await rm(root, { recursive: true, force: true });
}

async function benchRows(service: Service): Promise<void> {
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
    const { register, promote } = keptModels(service.api);
    await register(mode, run.artifact_id);
    await promote(mode, 'production', 1);
    const addresses = [`artifacts/${run.artifact_id}`, `models/${mode}@production`];
    const urls = addresses.map((address) => `${service.origin}/api/ml/v1/${address}/predict`);
    const { algorithm } = run.metrics as unknown as { algorithm: { name: string } };
    for (const [what, batch, count] of [
      ['1 row', rows.slice(0, 1), REQUESTS],
      ['1000 rows', thousand, REQUESTS / 10],
    ] as const) {
      const body = JSON.stringify({ rows: batch });
      const times = new Map(urls.map((url) => [url, [] as number[]]));
      for (let i = 0; i < WARM_UP; i++) for (const url of urls) await ask(url, body);
      // In turn, so that whatever else the machine does falls on both.
      for (let i = 0; i < count; i++) for (const url of urls) times.get(url)?.push(await ask(url, body));
      for (const [url, taken] of times) {
        taken.sort((a, b) => a - b);
        const at = (share: number) => `${taken[Math.floor(share * taken.length)]?.toFixed(2)} ms`;
        const total = taken.reduce((sum, time) => sum + time, 0);
        const perSecond = ((1000 * batch.length * taken.length) / total).toFixed(0);
        const how = url.includes('@') ? 'by name' : 'by artifact';
        print(
          `${mode.padEnd(6)} ${algorithm.name.padEnd(14)} ${how.padEnd(12)} ${what.padEnd(10)} p50 ${at(0.5)}  p99 ${at(0.99)}  ${perSecond} rows/s`,
        );
      }
    }
  }
}

/** Milliseconds from the request to the last byte of its answer. */
async function ask(url: string, body: string): Promise<number> {
  const start = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  request(url, { method: 'POST', agent, headers }, async (response) => {
    const answer = await buffer(response);
    if (response.statusCode === 200) resolve();
    else reject(new Error(answer.toString()));
  })
    .on('error', reject)
    .end(body);
  await promise;
  return performance.now() - start;
}

async function benchTable(service: Service): Promise<void> {
  const { train, test, task } = makeDataset('nonlinear-100k');
  const { document } = await fitOnce(train, task, HUNDRED_TREES, 42);
  const run = await service.api.train((await service.api.uploadFile('wine_train.csv')).dataset_id);
  // No parameter asks for exactly 100 trees, so the stored model is replaced by one that has them.
  const stored = join(root, 'objects', 'artifacts', `${run.artifact_id}.scoring.json`);
  await writeFile(stored, JSON.stringify(document));
  for (const digits of [6, 17]) {
    const file = join(root, 'table.csv');
    await writeCsv(file, test, digits);
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { stdout } = await promisify(execFile)('curl', [
        ...['-sS', '--fail-with-body', '-o', join(root, 'answer.csv'), '-w', '%{time_total}'],
        ...['-H', 'Content-Type: text/csv', '-X', 'POST', '-T', file],
        `${service.origin}/api/ml/v1/artifacts/${run.artifact_id}/predict`,
      ]);
      times.push(Number(stdout));
    }
    const [, seconds = 0] = times.sort((a, b) => a - b);
    const rows = test.rows * REPEATS;
    const megabytes = ((await stat(file)).size / 1e6).toFixed(0);
    const answered = (await readFile(join(root, 'answer.csv'), 'utf8')).trimEnd().split('\n').length - 1;
    if (answered !== rows) throw new Error(`${answered} predictions of ${rows}`);
    print(
      `table, ${rows} rows, numbers of up to ${digits} digits (${megabytes} MB): ${seconds.toFixed(2)} s (${times.map((time) => time.toFixed(2)).join(', ')}), ${(rows / seconds).toFixed(0)} rows/s on ${availableParallelism()} processors`,
    );
  }
  const scorer = loadModel(document);
  for (let i = 0; i < 3; i++) scorer.predictTable(test);
  const start = performance.now();
  scorer.predictTable(test);
  print(
    `the scoring alone, on one thread: ${((1000 * test.rows) / (performance.now() - start)).toFixed(0)} rows/s`,
  );
}

async function writeCsv(path: string, table: Table, digits: number): Promise<void> {
  const lines = Array.from({ length: table.rows }, (_, row) =>
    table.columns
      .map((column) => {
        if (column.kind === 'category') return column.labels[column.codes[row]!];
        return digits < 17 ? column.values[row]!.toPrecision(digits) : column.values[row]!;
      })
      .join(),
  );
  const text = `${lines.join('\n')}\n`;
  await using file = await open(path, 'w');
  await file.write(`${table.columns.map(({ name }) => name).join()}\n`);
  for (let i = 0; i < REPEATS; i++) await file.write(text);
  // Else it is written to the disk while it is read.
  await file.sync();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
