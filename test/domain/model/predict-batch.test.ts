import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModelDocument } from '#tabular';
import { openLocalStorage } from '../../../src/adapters/storage/local.ts';
import { createDriftMonitor } from '../../../src/domain/model/drift-monitor.ts';
import { createBatchPredictor } from '../../../src/domain/model/predict-batch.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { childProcesses } from '../../support/children.ts';
import { eventually } from '../../support/client.ts';
import { PATIENT } from '../../support/patience.ts';

/** The scoring process's own limit, so small that a test can reach it. */
const HEAP_MB = 48;
const MEGABYTE = 1 << 20;

let app: TestApp;
let model: string;
let owner: string;
/** Where the model's document is stored. */
let stored: string;
let document: ModelDocument;
beforeAll(async () => {
  app = await startTestApp();
  const csv = ['n,text,y', ...Array.from({ length: 60 }, (_, i) => `${i},t${i % 5},${2 * i}`), ''].join('\n');
  const dataset = await app.api.upload('t.csv', csv);
  model = (await app.api.train(dataset.dataset_id, { task: 'regression' })).artifact_id;
  const artifact = await app.sql
    .selectFrom('artifacts')
    .selectAll()
    .where('id', '=', model)
    .executeTakeFirstOrThrow();
  owner = artifact.owner;
  stored = join(app.root, 'objects', artifact.scoring_key);
  document = JSON.parse(await readFile(stored, 'utf8'));
});
afterAll(() => app[Symbol.asyncDispose]());

async function predict(open: () => AsyncIterable<Uint8Array>, to: 'csv' | 'ndjson' = 'csv'): Promise<string> {
  await using batches = createBatchPredictor({
    db: app.sql,
    storage: await openLocalStorage(join(app.root, 'objects')),
    scratch: join(app.root, 'scratch'),
    maxBytes: 1024 * MEGABYTE,
    heapMb: HEAP_MB,
    metrics: { made: () => undefined },
    children: () => ({ cpu: () => undefined, ended: () => undefined }),
    drift: createDriftMonitor(),
    waiting: PATIENT,
  });
  const signal = new AbortController().signal;
  const request = { owner, artifactId: model, from: 'csv', to, announcedBytes: 0, open, signal } as const;
  const { stream } = await batches.predict(request);
  return text(stream);
}

async function* small() {
  yield Buffer.from('n,text\n1,t1\n');
}

async function* rows(count: number) {
  yield Buffer.from(`n,text\n${'1,t1\n'.repeat(count)}`);
}

/** Every row has a label of its own, and they are too many to be kept. */
async function* endless() {
  yield Buffer.from('n,text\n');
  for (let i = 0; i < 2000; i++) yield Buffer.from(`1,${String(i).padStart(MEGABYTE / 4, 'x')}\n`);
}

test('a table that takes too much memory is refused as too large', async () => {
  expect(await predict(small)).toMatch(/^prediction\n/);
  await expect(predict(endless)).rejects.toMatchObject({
    code: 'too_large',
    message: 'Scoring the table takes more memory than is allowed.',
  });
});

test('a model that takes too much memory is not put down to the table', async () => {
  const labels = Array.from({ length: 2_000_000 }, (_, i) => `label ${i}`);
  const [column] = document.columns;
  const reference = [{ kind: 'category', labels, counts: labels.map(() => 1) }];
  await writeFile(stored, JSON.stringify({ ...document, columns: [column], reference }));
  try {
    await expect(predict(small)).rejects.toMatchObject({
      code: 'internal',
      message: 'The model is too large to score a table with.',
    });
  } finally {
    await writeFile(stored, JSON.stringify(document));
  }
});

test('a scoring that somebody kills is to be tried again', async () => {
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  async function* slow() {
    yield* rows(20_000);
    await held;
  }
  const outcome = predict(slow).catch((error: unknown) => error);
  const pid = await eventually(async () => (await childProcesses('batch.child.ts'))[0]);
  process.kill(pid, 'SIGKILL');
  expect(await outcome).toMatchObject({ code: 'unavailable' });
  letGo();
});

test('a small table is answered as a large one, also when its answer is not small', async () => {
  const lines = (answer: string) => answer.trimEnd().split('\n');
  const [header, value] = lines(await predict(small));
  // 60 kB and 100 kB: the first is handed over whole, and its answer by a file where it is long.
  for (const count of [12_000, 20_000]) {
    expect(new Set(lines(await predict(() => rows(count))))).toEqual(new Set([header, value]));
    const objects = lines(await predict(() => rows(count), 'ndjson'));
    expect(objects).toHaveLength(count);
    expect(new Set(objects)).toEqual(new Set([`{"prediction":${value}}`]));
  }
});
