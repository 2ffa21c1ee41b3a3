import { readFile } from 'node:fs/promises';
import { sql as raw } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/adapters/db/database.ts';
import { openDatabase } from '../../src/adapters/db/postgres.ts';
import { cursorAt } from '../../src/domain/pages.ts';
import { createReadStoredState } from '../../src/domain/stored-state.ts';
import type { StoredState } from '../../src/telemetry/instruments/stored-state.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { dataFile, eventually } from '../support/client.ts';
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
function expectRead(atMost: number, blocksAtMost = Number.POSITIVE_INFINITY): void {
  const done = seen.splice(0);
  expect(done.some(({ statement }) => !statement.includes('pgboss.'))).toBe(true);
  expect(done.filter(({ scanned }) => scanned.length > 0)).toEqual([]);
  expect(done.filter(({ rowsRead }) => rowsRead > atMost)).toEqual([]);
  expect(done.filter(({ blocksRead }) => blocksRead > blocksAtMost)).toEqual([]);
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
  const { rows: old } = await raw`
    select 1 from kept_predictions where predicted_at < now() - interval '100 days'
    union all select 1 from input_counts where hour < now() - interval '20 days'`.execute(sql);
  expect(old).toEqual([]);
  expectRead(10 * BATCH);
});

interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly next_cursor: string | null;
}
const page = async (path: string) => shared.api.json<Page>(await shared.api.call(path));

/** Each list's sorts with what they sort by, and values of its filters: some that many rows have, some that few or none have. */
const LISTS = {
  datasets: {
    table: 'datasets',
    created: 'created_at',
    sorts: { created_at: 'created_at', name: 'name', size: 'size_bytes', rows: 'rows' },
    filters: ['mode=light', 'mode=heavy', 'format=csv', 'format=parquet', 'tag=none'],
  },
  'training-runs': {
    table: 'training_runs',
    created: 'queued_at',
    sorts: {
      created_at: 'queued_at',
      finished_at: `coalesce(finished_at, 'infinity')`,
      duration: `coalesce(finished_at - started_at, interval '0')`,
    },
    filters: [
      ...['status=succeeded', 'status=running', 'mode=heavy', 'task=classification', 'task=regression'],
      ...['target=target', 'target=none', 'dataset_id=01900000-0000-7000-8000-000000000000', 'tag=none'],
    ],
  },
  artifacts: {
    table: 'artifacts',
    created: 'created_at',
    sorts: { created_at: 'created_at', size: 'size_bytes' },
    filters: ['mode=light', 'task=regression', 'target=target', 'target=none', 'tag=none'],
  },
};

/** Of the middle one of the owner's rows. */
async function middleCursor(table: string, key: string, sort: string): Promise<string> {
  const { rows } = await raw<{ key: string; id: string }>`
    select ${raw.raw(key)}::text as key, id from ${raw.table(table)} where owner = 'local'
    order by ${raw.raw(key)}, id limit 1 offset (select count(*) / 2 from ${raw.table(table)} where owner = 'local')`.execute(
    sql,
  );
  return cursorAt(sort, rows[0] as { key: string; id: string });
}

const QUERIES = Object.entries(LISTS).flatMap(([path, { table, created, sorts, filters }]) => [
  ...Object.entries(sorts).flatMap(([name, key]) =>
    [name, `-${name}`].map((sort) => ({ list: `${path}?sort=${sort}`, table, key, sort })),
  ),
  ...filters.map((filter) => ({ list: `${path}?${filter}`, table, key: created, sort: '-created_at' })),
]);
/** An index's pages on the way and at its leaves, and one of the table for each row. */
const blocksOf = (rows: number) => 2 * rows + 30;

test.each(QUERIES)(
  'a page of $list, the first or a deep one, reads no more than it shows',
  async ({ list, table, key, sort }) => {
    const isSort = list.includes('sort=');
    for (const after of ['', `&cursor=${await middleCursor(table, key, sort)}`]) {
      const { items } = await page(`/${list}&limit=${PAGE}${after}`);
      if (isSort) expect(items).toHaveLength(PAGE);
      expectRead(PAGE + 1, blocksOf(PAGE + 1));
    }
  },
);

test('a page between two moments is found by the first of them', async () => {
  const [from, to] = [200, 199].map((days) => new Date(Date.now() - days * 86_400_000).toISOString());
  const { items } = await page(`/training-runs?created_after=${from}&created_before=${to}&limit=${PAGE}`);
  expect(items).toHaveLength(PAGE);
  expectRead(PAGE + 1, blocksOf(PAGE + 1));
});

/** Most rows that a page looks at where no index finds what is wanted. */
const LOOKED_AT = 10_000;

test.each([
  'training-runs?status=succeeded&task=regression',
  'training-runs?mode=light&q=nobody',
  'training-runs?sort=-duration&status=failed&q=nobody',
  'datasets?q=nobody',
  'datasets?sort=size&format=parquet',
  'artifacts?sort=size&q=nobody',
  'training-runs?sort=duration&tag=none',
])('a page of %s, of which there is none, gives up after some rows and says where to go on', async (list) => {
  const first = await page(`/${list}`);
  expect(first).toEqual({ items: [], next_cursor: expect.any(String) });
  expectRead(LOOKED_AT);
  let pages = 1;
  for (let next = first.next_cursor; next !== null; pages++) {
    const { items, next_cursor } = await page(`/${list}&cursor=${next}`);
    expect(items).toEqual([]);
    next = next_cursor;
  }
  expect(pages).toBeLessThanOrEqual(ROWS / 2 / LOOKED_AT + 1);
  expectRead(LOOKED_AT);
});

test('what is rare is found, however far the list has to be looked through', async () => {
  const found: string[] = [];
  // The oldest but for those that the clean-up took, in the middle, and the newest of the owner's.
  const wanted = ['table 49999', 'table 25000', 'table 600'];
  for (const name of wanted) {
    let cursor: string | null = '';
    while (cursor !== null) {
      const { items, next_cursor }: Page = await page(
        `/datasets?q=${encodeURIComponent(name)}${cursor && `&cursor=${cursor}`}`,
      );
      found.push(...items.map((item) => item['name'] as string).filter((other) => other === name));
      cursor = next_cursor;
    }
  }
  expect(found).toEqual(wanted);
  expectRead(LOOKED_AT);
});

test('trends of a dataset, or of a task, read its runs alone', async () => {
  const { id, dataset_id } = await sql
    .selectFrom('training_runs')
    .select(['id', 'dataset_id'])
    .where('owner', '=', 'local')
    .where('status', '=', 'succeeded')
    .orderBy('id')
    .limit(1)
    .executeTakeFirstOrThrow();
  for (const more of ['', '&target=target&mode=light', '&task=regression']) {
    const answer = await shared.api.call(`/metrics/summary?dataset_id=${dataset_id}${more}`);
    const { trends } = await shared.api.json<{ trends: { run_id: string }[] }>(answer);
    expect(trends.every(({ run_id }) => run_id === id)).toBe(true);
  }
  await shared.api.call('/metrics/trends?task=regression');
  expectRead(1);
});

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

/** As the scrapes do, so often that the server has settled how it carries out what is prepared. */
async function storedState(days: number): Promise<StoredState> {
  const read = createReadStoredState(shared.app.database.prepare, { days });
  for (let i = 0; i < 10; i++) await read();
  return read();
}

test('the gauges of a scrape read a few rows, however many datasets there are and runs wait', async () => {
  const state = await storedState(0);
  expectRead(20);
  expect(state.datasets).toBe(await count('datasets'));
  expect(state.queue.queued + state.queue.retrying).toBe(ROWS / 10);
  expect(state.oldestQueuedAgeSeconds).toBeGreaterThan(364 * 86_400);
});

test('the gauge of expired datasets reads those alone', async () => {
  const { expiredDatasets } = await storedState(KEEP_DAYS);
  expect(expiredDatasets).toBeGreaterThan(BATCH);
  expectRead(expiredDatasets + 20);
});

test('the drift of a model, its quality and what is told of its predictions read what is kept of it alone', async () => {
  const { api } = shared;
  const run = await api.train((await api.uploadFile('wine_train.csv')).dataset_id);
  const model = `/artifacts/${run.artifact_id}`;
  const [header = '', ...lines] = (await readFile(dataFile('wine_train.csv'), 'utf8')).trim().split('\n');
  const names = header.split(',');
  const rows = lines
    .slice(0, PAGE)
    .map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], Number(cell)])));
  // Every other model has the first of these keys too.
  const keys = rows.map((_, i) => `row ${i + 1}`);
  seen.splice(0);
  expect((await api.post(`${model}/predict`, { rows, keys })).status).toBe(200);
  const outcomes = keys.map((key) => ({ key, actual: '0' }));
  const told = await api.json<{ accepted: number }>(await api.post(`${model}/feedback`, { outcomes }));
  expect(told.accepted).toBe(PAGE);
  expect((await api.json<{ outcomes: number }>(await api.call(`${model}/quality`))).outcomes).toBe(PAGE);
  expect((await api.json<{ rows: number }>(await api.call(`${model}/drift`))).rows).toBe(PAGE);
  expectRead(3 * PAGE);
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
