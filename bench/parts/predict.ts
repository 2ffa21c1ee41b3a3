import { execFile } from 'node:child_process';
import { open, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { loadModel, type Table } from '#tabular';
import { dataFile } from '../../test/support/client.ts';
import { type Service, startService } from '../../test/support/service.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { type Measured, over, type Part, type Ratio, type Series } from '../part.ts';
import { quantile } from '../statistics.ts';
import { makeDataset } from '../training/data.ts';
import { fitOnce, HUNDRED_TREES } from '../training/one-fit.ts';

const WARM_UP = 200;

/** Milliseconds from the request to the last byte of its answer. */
async function ask(agent: Agent, url: string, body: string): Promise<number> {
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

/** Rows by JSON, one request after the other on one connection. */
async function benchRows(service: Service, rounds: number, requests: number): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [header = '', ...lines] = (await readFile(dataFile('breast_cancer_test.csv'), 'utf8'))
    .trim()
    .split('\n');
  const names = header.split(',');
  const rows = lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, i) => [names[i], Number(cell)])),
  );
  const thousand = Array.from({ length: 1000 }, (_, i) => rows[i % rows.length]);
  const dataset = await service.api.uploadFile('breast_cancer_train.csv');
  const figures: Series[] = [];
  const ratios: Ratio[] = [];
  for (const mode of ['light', 'heavy']) {
    const { artifact_id } = await service.api.train(dataset.dataset_id, { mode });
    const name = `${mode}-model`;
    const { version } = await service.api.json<{ version: number }>(
      await service.api.post(`/models/${name}/versions`, { artifact_id }),
    );
    await service.api.call(`/models/${name}/aliases/production`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version }),
    });
    const api = `${service.origin}/api/ml/v1`;
    const byArtifact = `${api}/artifacts/${artifact_id}/predict`;
    const byName = `${api}/models/${name}@production/predict`;
    for (const [what, batch, count] of [
      ['1 row', rows.slice(0, 1), requests],
      ['1000 rows', thousand, requests / 10],
    ] as const) {
      const body = JSON.stringify({ rows: batch });
      for (const url of [byArtifact, byName]) for (let i = 0; i < WARM_UP; i++) await ask(agent, url, body);
      const took: number[][] = [];
      const tookByName: number[][] = [];
      for (let round = 0; round < rounds; round++) {
        const [times, timesByName]: [number[], number[]] = [[], []];
        for (let i = 0; i < count; i++) {
          times.push(await ask(agent, byArtifact, body));
          timesByName.push(await ask(agent, byName, body));
        }
        took.push(times);
        tookByName.push(timesByName);
      }
      const at = (share: number, all: readonly number[][]) => all.map((times) => quantile(times, share));
      for (const [how, all] of [
        ['', took],
        [', by name', tookByName],
      ] as const)
        figures.push(
          { name: `JSON, ${what}, ${mode}${how} p50`, unit: 'ms', values: at(0.5, all) },
          { name: `JSON, ${what}, ${mode}${how} p99`, unit: 'ms', values: at(0.99, all) },
        );
      ratios.push({
        name: `p50, JSON, ${what}, ${mode}, by name / by artifact`,
        better: 'lower',
        values: over(at(0.5, tookByName), at(0.5, took)),
      });
    }
  }
  agent.destroy();
  return { figures, ratios };
}

/** A table of numbers scored by a model of 100 trees, beside the scoring alone on one thread. */
async function benchTable(
  service: Service,
  root: string,
  rounds: number,
  repeats: number,
): Promise<Measured> {
  const { train, test, task } = makeDataset('nonlinear-100k');
  const { document } = await fitOnce(train, task, HUNDRED_TREES, 42);
  const run = await service.api.train((await service.api.uploadFile('wine_train.csv')).dataset_id);
  // No parameter asks for exactly 100 trees, so the stored model is replaced by one that has them.
  const stored = join(root, 'objects', 'artifacts', `${run.artifact_id}.scoring.json`);
  await writeFile(stored, JSON.stringify(document));
  const scorer = loadModel(document);
  const scoringRate = () => {
    const start = performance.now();
    scorer.predictTable(test);
    return (1000 * test.rows) / (performance.now() - start);
  };
  for (let i = 0; i < 3; i++) scoringRate();

  const figures: Series[] = [];
  const ratios: Measured['ratios'][number][] = [];
  for (const digits of [6, 17]) {
    const file = join(root, 'table.csv');
    await writeCsv(file, test, digits, repeats);
    const rows = test.rows * repeats;
    const answered: number[] = [];
    const scored: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const answer = join(root, 'answer.csv');
      const { stdout } = await promisify(execFile)('curl', [
        ...['-sS', '--fail-with-body', '-o', answer, '-w', '%{time_total}'],
        ...['-H', 'Content-Type: text/csv', '-X', 'POST', '-T', file],
        `${service.origin}/api/ml/v1/artifacts/${run.artifact_id}/predict`,
      ]);
      const lines = (await readFile(answer, 'utf8')).trimEnd().split('\n').length - 1;
      if (lines !== rows) throw new Error(`${lines} predictions of ${rows}`);
      answered.push(rows / Number(stdout));
      scored.push(scoringRate());
    }
    figures.push(
      {
        name: `table, numbers of ${digits} digits`,
        unit: 'rows/s',
        values: answered,
        ...(digits === 17 && { aim: { atLeast: 300_000 } }),
      },
      { name: `scoring alone, beside ${digits} digits`, unit: 'rows/s', values: scored },
    );
    ratios.push({
      name: `rows/s, table of ${digits} digits / scoring alone`,
      better: 'higher',
      values: over(answered, scored),
    });
  }
  return { figures, ratios };
}

async function writeCsv(path: string, table: Table, digits: number, repeats: number): Promise<void> {
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
  for (let i = 0; i < repeats; i++) await file.write(text);
  // Else it is written to the disk while it is read.
  await file.sync();
}

export const part: Part = {
  about:
    'Predictions over HTTP from another process: rows by JSON, one request after the other, with a light and a heavy model, in turns by the artifact’s id and by the name and alias that people keep it under; then a table of 20 numbers a row, 500,000 rows of it, with a model of 100 trees, beside the scoring alone on one thread.',
  async run({ quick }): Promise<Measured> {
    await using root = await storageRoot();
    await using service = await startService(root.path);
    const rows = await benchRows(service, quick ? 2 : 10, quick ? 100 : 400);
    const table = await benchTable(service, root.path, quick ? 2 : 5, quick ? 1 : 10);
    return { figures: [...rows.figures, ...table.figures], ratios: [...rows.ratios, ...table.ratios] };
  },
};
