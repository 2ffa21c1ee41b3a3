import { CompiledQuery, type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/adapters/db/database.ts';
import type { Schema } from '../../src/adapters/db/schema.ts';
import { createReadStoredState } from '../../src/domain/stored-state.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { seededRandom } from '../support/random.ts';
import { insertRun, queuedRun } from '../support/runs.ts';

let shared: TestDatabase;
beforeAll(async () => {
  shared = await testDatabase();
});
afterAll(() => shared[Symbol.asyncDispose]());

/** The kept totals as the gauges show them, and what counting the rows says. */
async function bothWays(db: Kysely<Schema>) {
  // Within the transaction, where there is one.
  const prepare = ((_name, statement) =>
    async (...values) =>
      (await db.executeQuery(CompiledQuery.raw(statement, values))).rows) as Database['prepare'];
  const { datasets, storedBytes, queue } = await createReadStoredState(prepare, { days: 0 })();
  const { rows } = await sql`
    select
      (select count(*) from datasets) as datasets,
      (select coalesce(sum(size_bytes), 0)::float8 from datasets) as "storedBytes",
      (select json_build_object(
        'queued', count(*) filter (where status = 'queued' and attempt = 0),
        'running', count(*) filter (where status = 'running'),
        'retrying', count(*) filter (where status = 'queued' and attempt > 0)) from training_runs) as queue
  `.execute(db);
  return { kept: { datasets, storedBytes, queue }, counted: rows[0] };
}

const insertDataset = (db: Kysely<Schema>, size_bytes: number) => {
  const id = uuidv7();
  return db
    .insertInto('datasets')
    .values({
      ...{ id, owner: 'local', name: id, version: 1, mode: 'light', format: 'csv', compression: 'none' },
      ...{
        rows: 1,
        columns: 1,
        size_bytes,
        sha256: '',
        storage_key: id,
        profile: '{}',
        created_at: new Date(),
      },
    })
    .execute();
};

/** So many rows of a table that nobody else is changing. */
const some = (table: string, where: string, limit: number) =>
  sql.raw(`select id from ${table} where ${where} order by random() limit ${limit} for update skip locked`);

/** What any process may do at any time, to a few rows or to many. */
const CHANGES: readonly ((db: Kysely<Schema>, random: () => number) => Promise<unknown>)[] = [
  (db, random) => insertDataset(db, Math.floor(random() * 1e12)),
  (db, random) => insertDataset(db, Math.floor(random() * 1e3)),
  (db) => sql`delete from datasets where id in (${some('datasets', 'true', 1)})`.execute(db),
  (db) =>
    sql`update datasets set size_bytes = size_bytes + 1 where id in (${some('datasets', 'true', 5)})`.execute(
      db,
    ),
  (db) => insertRun(db),
  (db) =>
    db
      .insertInto('training_runs')
      .values([queuedRun(), queuedRun({ attempt: 1 })])
      .execute(),
  (db) =>
    sql`update training_runs set status = 'running', attempt = attempt + 1
      where id in (${some('training_runs', "status = 'queued'", 2)})`.execute(db),
  (db) =>
    sql`update training_runs set progress = random()
      where id in (${some('training_runs', "status = 'running'", 5)})`.execute(db),
  (db) =>
    sql`update training_runs set status = 'queued'
      where id in (${some('training_runs', "status = 'running'", 1)})`.execute(db),
  (db) =>
    sql`update training_runs set status = 'succeeded'
      where id in (${some('training_runs', "status = 'running'", 1)})`.execute(db),
  (db) => sql`delete from training_runs where id in (${some('training_runs', 'true', 1)})`.execute(db),
];

const UNDO = new Error('rolled back');

test('datasets, stored bytes and queue depth are what counting says, at any moment, whoever changes what at once', async () => {
  const db = shared.db.sql;
  const random = seededRandom();
  const change = (trx: Kysely<Schema>) => CHANGES[Math.floor(random() * CHANGES.length)]!(trx, random);
  const changeALot = async () => {
    for (let i = 0; i < 60; i++)
      await db
        .transaction()
        .execute(async (trx) => {
          await change(trx);
          await change(trx);
          if (random() < 0.3) throw UNDO;
        })
        .catch((error: unknown) => {
          if (error !== UNDO) throw error;
        });
  };
  let done = false;
  const all = Promise.all(Array.from({ length: 6 }, changeALot)).finally(() => {
    done = true;
  });
  const moment = db.transaction().setIsolationLevel('repeatable read');
  while (!done) {
    const { kept, counted } = await moment.execute(bothWays);
    expect(kept).toEqual(counted);
  }
  await all;
  const { kept, counted } = await bothWays(db);
  expect(kept).toEqual(counted);
  expect(kept.datasets).toBeGreaterThan(0);
  const { rows: parts } = await sql`select from state_totals`.execute(db);
  expect(
    parts.length,
    'as many parts as writers at a time, and two that the tables began with',
  ).toBeLessThanOrEqual(8);
});

test('emptied tables count for nothing', async () => {
  await insertDataset(shared.db.sql, 5);
  await insertRun(shared.db.sql);
  await sql`truncate datasets`.execute(shared.db.sql);
  await sql`truncate training_runs cascade`.execute(shared.db.sql);
  const { kept, counted } = await bothWays(shared.db.sql);
  expect(kept).toEqual(counted);
  expect(kept).toMatchObject({ datasets: 0, storedBytes: 0, queue: { queued: 0, running: 0, retrying: 0 } });
});
