import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModelDocument } from '#tabular';
import { openLocalStorage } from '../../../src/adapters/storage/local.ts';
import { createDriftMonitor } from '../../../src/domain/model/drift-monitor.ts';
import { createKeptPredictions } from '../../../src/domain/model/live/kept-predictions.ts';
import { createBatchPredictor } from '../../../src/domain/model/predict-batch.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { childProcesses } from '../../support/children.ts';
import { eventually } from '../../support/client.ts';
import { PATIENT } from '../../support/patience.ts';

/** The scoring process's own limit, so small that a test can reach it. */
const HEAP_MB = 48;
const MEGABYTE = 1 << 20;
/** Predictions of a model. */
const MAX_KEPT = 20_000;

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

async function predict(
  open: () => AsyncIterable<Uint8Array>,
  to: 'csv' | 'ndjson' = 'csv',
  key?: string,
): Promise<string> {
  await using batches = createBatchPredictor({
    db: app.sql,
    storage: await openLocalStorage(join(app.root, 'objects')),
    scratch: join(app.root, 'scratch'),
    maxBytes: 1024 * MEGABYTE,
    heapMb: HEAP_MB,
    metrics: { made: () => undefined },
    children: () => ({ cpu: () => undefined, ended: () => undefined }),
    drift: createDriftMonitor(),
    kept: createKeptPredictions(app.sql, MAX_KEPT),
    waiting: PATIENT,
  });
  const signal = new AbortController().signal;
  const request = {
    owner,
    artifactId: model,
    from: 'csv',
    to,
    keep: key === undefined ? undefined : { key },
    announcedBytes: 0,
    open,
    signal,
  } as const;
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

/** Rows with keys of their own. */
async function* keyed(from: number, count: number, last = '') {
  yield Buffer.from('id,n,text\n');
  for (let i = from; i < from + count; i++) yield Buffer.from(`k${i},${i},t${i % 5}\n`);
  yield Buffer.from(last);
}

const keptRows = () =>
  app.sql
    .selectFrom('kept_predictions')
    .select(['key', 'class', 'value', 'actual_at'])
    .where('artifact_id', '=', model)
    .execute();

test('of a table, small or not, each prediction is kept under its key, as it was answered', async () => {
  await app.sql.deleteFrom('kept_predictions').execute();
  for (const count of [100, 15_000]) {
    const [, ...answered] = (await predict(() => keyed(0, count), 'csv', 'id')).trimEnd().split('\n');
    const kept = new Map((await keptRows()).map(({ key, ...row }) => [key, row]));
    expect(kept.size).toBe(count);
    for (const [i, value] of answered.entries())
      expect(kept.get(`k${i}`)).toEqual({ class: null, value: Number(value), actual_at: null });
  }
});

test('of a table that is refused nothing is kept, nor of one that has more rows than are kept of a model', async () => {
  await app.sql.deleteFrom('kept_predictions').execute();
  const refused = (open: () => AsyncIterable<Uint8Array>, key = 'id') =>
    expect(predict(open, 'csv', key)).rejects;
  for (const count of [10, 15_000]) {
    const bad = () => keyed(0, count, 'last,many,t1\n');
    await refused(bad).toMatchObject({ code: 'unusable_data', message: expect.stringContaining('"n"') });
    await refused(() => keyed(0, count, ',1,t1\n')).toMatchObject({
      code: 'unusable_data',
      message: `Line ${count + 2}, column "id": a key of 1 to 200 characters is needed.`,
    });
    await refused(() => keyed(0, count, 'k7,1,t1\n')).toMatchObject({
      code: 'unusable_data',
      message: 'Two rows have the key "k7": each needs one of its own.',
    });
  }
  await refused(() => keyed(0, MAX_KEPT + 1)).toMatchObject({
    code: 'too_large',
    message: expect.stringContaining(`${MAX_KEPT} predictions are kept`),
  });
  await refused(small, 'none').toMatchObject({
    code: 'unusable_data',
    message: expect.stringContaining('"none"'),
  });
  expect(await keptRows()).toEqual([]);
  expect(await readdir(join(app.root, 'scratch'))).toEqual([]);
});
