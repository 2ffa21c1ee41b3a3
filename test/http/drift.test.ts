import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLocalStorage } from '../../src/adapters/storage/local.ts';
import { createDriftMonitor } from '../../src/domain/model/drift-monitor.ts';
import { createPredictor } from '../../src/domain/model/predict.ts';
import { createBatchPredictor } from '../../src/domain/model/predict-batch.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { dataFile } from '../support/client.ts';
import { PATIENT } from '../support/patience.ts';
import { expectProblem } from '../support/problem.ts';

interface Drift {
  readonly level: string;
  readonly rows: number;
  readonly since: string | null;
  readonly psi: number | null;
  readonly columns: readonly { readonly name: string; readonly psi: number; readonly level: string }[];
}
type Row = Record<string, number>;

let app: TestApp;
let rows: Row[];
beforeAll(async () => {
  app = await startTestApp();
  const [header = '', ...lines] = (await readFile(dataFile('diabetes_train.csv'), 'utf8')).trim().split('\n');
  const names = header.split(',');
  rows = lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, i) => [names[i] ?? '', Number(cell)])),
  );
});
afterAll(() => app[Symbol.asyncDispose]());

const trained = async () =>
  (await app.api.train((await app.api.uploadFile('diabetes_train.csv')).dataset_id)).artifact_id;
const ask = (model: string, asked: Row[]) => app.api.post(`/artifacts/${model}/predict`, { rows: asked });
const driftOf = async (model: string) => app.api.json<Drift>(await app.api.call(`/artifacts/${model}/drift`));

test('a model that nobody has called has an unknown drift', async () => {
  const model = await trained();
  expect(await driftOf(model)).toEqual({
    artifact_id: model,
    level: 'unknown',
    rows: 0,
    since: null,
    psi: null,
    columns: [],
  });
});

test('the drift of a model tells which columns its rows have moved in, from 500 rows on', async () => {
  const model = await trained();
  await ask(model, rows);
  expect(await driftOf(model)).toMatchObject({ level: 'unknown', rows: rows.length, columns: [] });
  await ask(model, rows);
  const stable = await driftOf(model);
  expect(stable).toMatchObject({
    level: 'stable',
    rows: 2 * rows.length,
    since: expect.stringMatching(/Z$/),
  });
  expect(stable.psi).toBeLessThan(0.01);
  expect(stable.columns).toHaveLength(10);

  const shifted = [...rows, ...rows].map((row) => ({ ...row, f2: (row['f2'] ?? 0) + 0.1 }));
  await ask(model, shifted);
  const drift = await driftOf(model);
  expect(drift).toMatchObject({ level: 'significant', rows: 4 * rows.length, since: stable.since });
  expect(drift.columns[0]).toEqual({ name: 'f2', psi: drift.psi, level: 'significant' });
  expect(drift.columns.slice(1).every(({ level }) => level === 'stable')).toBe(true);
});

test('the answer to rows warns of the columns that have moved, and of nothing before', async () => {
  const model = await trained();
  const answer = async (asked: Row[]) => app.api.json(await ask(model, asked));
  expect(Object.keys(await answer([...rows, ...rows]))).toEqual(['predictions']);
  const shifted = [...rows, ...rows].map((row) => ({ ...row, f2: (row['f2'] ?? 0) + 0.1 }));
  const { warnings } = await answer(shifted);
  expect(warnings).toEqual([
    {
      code: 'drift',
      column: 'f2',
      message: expect.stringMatching(/^The values of column "f2" .* over the last 1324 rows\.$/),
    },
  ]);
  expect((await answer(rows.slice(0, 1)))['warnings']).toEqual(warnings);
});

test('the rows of a table count as the rows of JSON do', async () => {
  const model = await trained();
  const csv = await readFile(dataFile('diabetes_train.csv'), 'utf8');
  const whole = { method: 'POST', body: csv, headers: { 'content-type': 'text/csv' } };
  expect((await app.api.call(`/artifacts/${model}/predict`, whole)).status).toBe(200);
  await ask(model, rows);
  const drift = await driftOf(model);
  expect(drift).toMatchObject({ level: 'stable', rows: 2 * rows.length });
  expect(drift.psi).toBeLessThan(0.01);
});

test('rows that were refused count for nothing', async () => {
  const model = await trained();
  const { f2: _, ...without } = rows[0] ?? {};
  await expectProblem(await ask(model, [...rows, without]), 422, 'unusable_data');
  expect(await driftOf(model)).toMatchObject({ rows: 0 });
});

test('a model that was removed has no drift to tell', async () => {
  const model = await trained();
  await ask(model, rows);
  await app.api.call(`/artifacts/${model}`, { method: 'DELETE' });
  await expectProblem(await app.api.call(`/artifacts/${model}/drift`), 404, 'not_found');
});

test('a model deleted while it is called, for rows or a table, is not in use afterwards', async () => {
  const model = await trained();
  const { owner } = await app.sql
    .selectFrom('artifacts')
    .select('owner')
    .where('id', '=', model)
    .executeTakeFirstOrThrow();
  const drift = createDriftMonitor();
  const deps = {
    db: app.sql,
    storage: await openLocalStorage(join(app.root, 'objects')),
    metrics: { made: () => undefined },
    children: () => ({ cpu: () => undefined, ended: () => undefined }),
    drift,
  };
  const predictor = createPredictor(deps);
  await predictor.predict(owner, model, rows);
  expect(drift.driftOf(model)).toMatchObject({ rows: rows.length });

  // Deleted at the moment at which this row is read.
  const late = Object.defineProperty({ ...rows[0] }, 'f2', {
    get() {
      drift.forget(model);
      return 0;
    },
  });
  expect((await predictor.predict(owner, model, [late])).predictions).toHaveLength(1);
  expect(drift.inUse()).toEqual([]);

  await using batches = createBatchPredictor({
    ...deps,
    scratch: join(app.root, 'scratch'),
    maxBytes: 1e6,
    waiting: PATIENT,
  });
  const [header = '', line = ''] = (await readFile(dataFile('diabetes_train.csv'), 'utf8')).split('\n');
  const table = (atEnd: () => void) =>
    batches.predict({
      owner,
      announcedBytes: 0,
      artifactId: model,
      from: 'csv',
      to: 'csv',
      signal: new AbortController().signal,
      async *open() {
        yield Buffer.from(`${header}\n${line}\n`);
        atEnd();
      },
    });
  (await table(() => undefined)).stream.destroy();
  expect(drift.driftOf(model)).toMatchObject({ rows: 1 });
  (await table(() => drift.forget(model))).stream.destroy();
  expect(drift.inUse()).toEqual([]);
});
