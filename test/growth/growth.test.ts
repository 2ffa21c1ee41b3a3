import { sql as raw } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/adapters/db/database.ts';
import { openDatabase } from '../../src/adapters/db/postgres.ts';
import { createReadStoredState } from '../../src/domain/stored-state.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/client.ts';
import { freshDatabase } from '../support/database.ts';
import { type Execution, executions, explained } from './executions.ts';
import { fill } from './fill.ts';

const ROWS = 100_000;
const PAGE = 100;
/** As many as a clean-up takes at a time. */
const BATCH = 500;
/** Of the rows, made over 365 days, about two thousand are older than this. */
const KEEP_DAYS = 358;

let stack: AsyncDisposableStack;
let shared: TestApp;
/** For the test's own questions, which nobody counts. */
let sql: Database['sql'];
let seen: Execution[];
beforeAll(async () => {
  await using starting = new AsyncDisposableStack();
  const { url } = starting.use(await freshDatabase());
  await fill(url, ROWS);
  ({ sql } = starting.use(openDatabase(url, pino({ level: 'silent' }))));
  seen = executions();
  shared = starting.use(
    await startTestApp({
      DATABASE_URL: explained(url),
      DATASET_TTL_DAYS: String(KEEP_DAYS),
      TRAINING__RUN_RETENTION_DAYS: String(KEEP_DAYS),
      MAX_MODEL_ARTIFACTS: '0',
    }),
  );
  stack = starting.move();
});
afterAll(() => stack.disposeAsync());

/** Of the statements since it was last asked, none read more than so many rows, and none a table from end to end. */
function expectRead(atMost: number): void {
  const done = seen.splice(0);
  expect(done.some(({ statement }) => !statement.includes('pgboss.'))).toBe(true);
  expect(done.filter(({ scanned }) => scanned.length > 0)).toEqual([]);
  expect(done.filter(({ rowsRead }) => rowsRead > atMost)).toEqual([]);
}

const count = async (table: 'datasets' | 'training_runs') => {
  const { n } = await sql
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return n;
};

test('a clean-up reads what it removes, a few times', async () => {
  await eventually(async () => {
    // To its very end: what it reads after its last success must not be taken for somebody else's.
    const { rows } = await raw`
      select id from pgboss.job where name = 'dataset-clean-up' and state = 'completed'`.execute(sql);
    return rows.length > 0;
  });
  expect(await count('training_runs')).toBeLessThan(ROWS);
  expect(await count('datasets')).toBe(ROWS - BATCH);
  expectRead(10 * BATCH);
});

interface Item {
  readonly id?: string;
  readonly dataset_id: string;
}
const page = async (path: string) =>
  shared.api.json<{ items: Item[]; next_cursor: string | null }>(await shared.api.call(path));

test.each([
  ['datasets', 'datasets'],
  ['training-runs', 'training_runs'],
  ['artifacts', 'artifacts'],
] as const)(
  'a page of %s, the first or a deep one, reads no more rows than it shows',
  async (path, table) => {
    const first = await page(`/${path}?limit=${PAGE}`);
    expect(first.items).toHaveLength(PAGE);
    expectRead(PAGE + 1);

    const { id } = await sql
      .selectFrom(table)
      .select('id')
      .where('owner', '=', 'local')
      .orderBy('id')
      .offset(5 * PAGE)
      .executeTakeFirstOrThrow();
    const cursor = Buffer.from(id, 'latin1').toString('base64url');
    const deep = await page(`/${path}?limit=${PAGE}&cursor=${cursor}`);
    expect(deep.items).toHaveLength(PAGE);
    expect(deep.items.every((item) => (item.id ?? item.dataset_id) < id)).toBe(true);
    expectRead(PAGE + 1);
  },
);

test.each(['', '&mode=light', '&mode=heavy'])(
  'trends and summary%s read no more runs than they speak of',
  async (mode) => {
    for (const what of ['trends', 'summary']) {
      const answer = await shared.api.call(`/metrics/${what}?limit=1000${mode}`);
      const { trends } = await shared.api.json<{ trends: unknown[] }>(answer);
      expect(trends).toHaveLength(1000);
    }
    expectRead(1000);
  },
);

test('the gauges of a scrape read a few rows, however many datasets there are and runs wait', async () => {
  const state = await createReadStoredState(shared.sql, { days: 0 })();
  expectRead(20);
  expect(state.datasets).toBe(await count('datasets'));
  expect(state.queue.queued + state.queue.retrying).toBe(ROWS / 10);
  expect(state.oldestQueuedAgeSeconds).toBeGreaterThan(364 * 86_400);
});

test('the gauge of expired datasets reads those alone', async () => {
  const { expiredDatasets } = await createReadStoredState(shared.sql, { days: KEEP_DAYS })();
  expect(expiredDatasets).toBeGreaterThan(BATCH);
  expectRead(expiredDatasets + 20);
});

test('what is asked for a run, from the upload of its table until all is deleted, reads a few rows', async () => {
  const { api } = shared;
  const dataset = await api.uploadFile('wine_train.csv');
  const run = await api.train(dataset.dataset_id);
  expect(run.status).toBe('succeeded');
  const artifact = `/artifacts/${run.artifact_id}`;
  for (const path of [`/datasets/${dataset.dataset_id}`, artifact])
    expect((await api.call(path)).status).toBe(200);
  expect((await api.call(artifact, { method: 'DELETE' })).status).toBe(200);
  expect((await api.run(run.id)).artifact_id).toBeNull();
  expect((await api.call(`/datasets/${dataset.dataset_id}`, { method: 'DELETE' })).status).toBe(204);
  expectRead(PAGE);
});
