import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLocalStorage } from '../../src/adapters/storage/local.ts';
import { createDriftMonitor } from '../../src/domain/model/drift-monitor.ts';
import { createKeptPredictions } from '../../src/domain/model/live/kept-predictions.ts';
import { createPredictor } from '../../src/domain/model/predict.ts';
import { createBatchPredictor } from '../../src/domain/model/predict-batch.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { dataFile } from '../support/client.ts';
import { freshDatabase } from '../support/database.ts';
import { PATIENT } from '../support/patience.ts';
import { expectProblem } from '../support/problem.ts';
import { storageRoot } from '../support/storage-root.ts';

interface Drift {
  readonly level: string;
  readonly rows: number;
  readonly since: string | null;
  readonly psi: number | null;
  readonly columns: readonly {
    readonly name: string;
    readonly psi: number;
    readonly level: string;
    readonly distribution: {
      readonly type: string;
      readonly edges?: number[];
      readonly labels?: string[];
      readonly reference: number[];
      readonly current: number[];
    };
  }[];
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
const driftOf = async (model: string, window = '', from = app) =>
  from.api.json<Drift>(await from.api.call(`/artifacts/${model}/drift${window && `?window=${window}`}`));
const sum = (shares: readonly number[] = []) => shares.reduce((total, share) => total + share, 0);

test('a model that nobody has called has an unknown drift', async () => {
  const model = await trained();
  expect(await driftOf(model)).toEqual({
    artifact_id: model,
    window: '24h',
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
  expect(drift.columns[0]).toMatchObject({ name: 'f2', psi: drift.psi, level: 'significant' });
  expect(drift.columns.slice(1).every(({ level }) => level === 'stable')).toBe(true);
});

test('each column is told with how it was spread in training, and how it is now', async () => {
  const header = 'size,colour,y';
  const lines = Array.from(
    { length: 400 },
    (_, i) => `${i % 100},${['red', 'green', 'blue'][i % 3]},${i % 7}`,
  );
  const { dataset_id } = await app.api.upload('spread.csv', `${header}\n${lines.join('\n')}\n`);
  const { artifact_id: model } = await app.api.train(dataset_id, { target: 'y', task: 'regression' });
  const asked = Array.from({ length: 500 }, (_, i) => ({
    size: i < 250 ? null : 1000,
    colour: ['red', 'violet'][i % 2],
  }));
  expect((await app.api.post(`/artifacts/${model}/predict`, { rows: asked })).status).toBe(200);
  const { columns } = await driftOf(model);
  const of = (name: string) => columns.find((column) => column.name === name)?.distribution;

  const size = of('size');
  expect(size).toMatchObject({ type: 'number', edges: expect.any(Array) });
  expect(size?.reference).toHaveLength((size?.edges?.length ?? 0) + 2);
  expect(sum(size?.reference)).toBeCloseTo(1, 4);
  expect(size?.reference.at(-1)).toBe(0);
  // All that is not missing lies above the last edge.
  expect(size?.current.slice(-2)).toEqual([0.5, 0.5]);
  expect(sum(size?.current)).toBe(1);

  const colour = of('colour');
  expect(colour?.labels?.toSorted()).toEqual(['blue', 'green', 'red']);
  const shareOf = (label: string) => colour?.current[colour.labels?.indexOf(label) ?? -1];
  expect([shareOf('red'), shareOf('green'), ...(colour?.current.slice(3) ?? [])]).toEqual([0.5, 0, 0.5, 0]);
  expect(colour?.reference.map((share) => share.toFixed(2))).toEqual([
    '0.34',
    '0.33',
    '0.33',
    '0.00',
    '0.00',
  ]);
});

test('a window holds what came within it, and the other windows the rest', async () => {
  const model = await trained();
  const shifted = [...rows, ...rows].map((row) => ({ ...row, f2: (row['f2'] ?? 0) + 0.1 }));
  await ask(model, shifted);
  expect(await driftOf(model, '1h')).toMatchObject({ window: '1h', level: 'significant' });
  const before = (interval: string) =>
    sql`update input_counts set hour = hour - ${interval}::interval where artifact_id = ${model}`.execute(
      app.sql,
    );
  await before('2 hours');
  await ask(model, [...rows, ...rows]);
  expect(await driftOf(model, '1h')).toMatchObject({ level: 'stable', rows: 2 * rows.length });
  expect(await driftOf(model)).toMatchObject({ window: '24h', level: 'significant', rows: 4 * rows.length });
  await before('3 days');
  expect(await driftOf(model, '24h')).toMatchObject({ level: 'unknown', rows: 0, since: null });
  expect(await driftOf(model, '7d')).toMatchObject({ level: 'significant', rows: 4 * rows.length });
  await expectProblem(await app.api.call(`/artifacts/${model}/drift?window=1y`), 400, 'invalid_request');
});

test('drift is that of all processes together, and survives their restart', async () => {
  await using database = await freshDatabase();
  await using root = await storageRoot();
  const env = { DATABASE_URL: database.url };
  let model: string;
  {
    await using first = await startTestApp(env, root);
    model = (await first.api.train((await first.api.uploadFile('diabetes_train.csv')).dataset_id))
      .artifact_id;
    await first.api.post(`/artifacts/${model}/predict`, { rows });
    await using second = await startTestApp({ ...env, ROLE: 'api' }, root);
    await second.api.post(`/artifacts/${model}/predict`, { rows });
    expect(await driftOf(model, '', second)).toMatchObject({ rows: rows.length });
    expect(await driftOf(model, '', first)).toMatchObject({ level: 'stable', rows: 2 * rows.length });
    await second.api.post(`/artifacts/${model}/predict`, { rows });
  }
  await using later = await startTestApp(env, root);
  expect(await driftOf(model, '', later)).toMatchObject({ level: 'stable', rows: 3 * rows.length });
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

test('the answer to a table says by a header that its rows have moved, and nothing where they have not', async () => {
  const model = await trained();
  const csv = await readFile(dataFile('diabetes_train.csv'), 'utf8');
  const table = (body: string) =>
    app.api.call(`/artifacts/${model}/predict`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/csv' },
    });
  const [header, ...lines] = csv.trim().split('\n');
  const twice = [header, ...lines, ...lines].join('\n');
  expect((await table(twice)).headers.get('model-drift')).toBeNull();
  const shifted = [header, ...[...lines, ...lines].map((line) => line.replace(/^[^,]+/, '7'))].join('\n');
  const answer = await table(shifted);
  expect([answer.status, answer.headers.get('model-drift')]).toEqual([200, 'significant']);
  expect((await answer.text()).trim().split('\n')).toHaveLength(1 + 2 * lines.length);
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
    kept: createKeptPredictions(app.sql, 10),
  };
  const predictor = createPredictor(deps);
  await predictor.predict(owner, model, rows);
  expect(drift.inUse()).toMatchObject([{ rows: rows.length }]);

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
  expect(drift.inUse()).toMatchObject([{ rows: 1 }]);
  (await table(() => drift.forget(model))).stream.destroy();
  expect(drift.inUse()).toEqual([]);
});
