import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../../src/adapters/db/migrate.ts';
import { openPglite } from '../../../src/adapters/db/pglite.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { runScript, startScript } from '../../support/script.ts';
import { storageRoot } from '../../support/storage-root.ts';

const OPEN_DATABASE = new URL('./open-database.script.ts', import.meta.url);
const COUNT_SYNCS = new URL('../count-syncs.ts', import.meta.url);

let shared: TestDatabase;
beforeAll(async () => {
  shared = await testDatabase();
});
afterAll(() => shared[Symbol.asyncDispose]());

test('a commit is flushed to the disk before it returns', async () => {
  await using root = await storageRoot();
  const { syncs } = await runScript<{ syncs: string[] }>(OPEN_DATABASE, [root.path], [COUNT_SYNCS]);
  expect(syncs).toContain('fdatasyncSync');
});

test('only one process has the folder open; a killed one gives it free and has lost nothing', async () => {
  await using root = await storageRoot();
  await using holder = startScript(OPEN_DATABASE, [root.path]);
  await holder.next();

  await expect(openPglite(root.path)).rejects.toThrow(
    'the embedded database is in use by another process: stop it, or set another STORAGE_ROOT',
  );
  await holder.kill('SIGKILL');

  await using db = await openPglite(root.path);
  const { rows } = await sql<{ value: string }>`select value from kept`.execute(db.sql);
  expect(rows).toEqual([{ value: 'acknowledged' }]);
});

test('not even this process opens the folder twice', async () => {
  await expect(openPglite(shared.root)).rejects.toThrow(/in use by another process/);
});

test('migrating again changes nothing', async () => {
  const tables = async () =>
    (
      await sql`select table_name, column_name from information_schema.columns order by 1, 2`.execute(
        shared.db.sql,
      )
    ).rows;
  const before = await tables();
  await migrate(shared.db.sql);
  expect(await tables()).toEqual(before);
});

test('64-bit counts are numbers', async () => {
  const { rows } = await sql`select count(*) as n, 10737418240::bigint as big`.execute(shared.db.sql);
  expect(rows).toEqual([{ n: expect.any(Number), big: 10_737_418_240 }]);
});

test('a listener hears what is notified on its channel, and once at the start that it may have missed something', async () => {
  const heard: string[] = [];
  const last = Promise.withResolvers<void>();
  await using _listening = await shared.db.listen('changes', (payload) => {
    heard.push(payload);
    if (payload === 'last') last.resolve();
  });
  expect(heard).toEqual(['']);
  await sql`select pg_notify('others', 'not for us')`.execute(shared.db.sql);
  await sql`select pg_notify('changes', 'one')`.execute(shared.db.sql);
  await sql`select pg_notify('changes', 'last')`.execute(shared.db.sql);
  await last.promise;
  expect(heard).toEqual(['', 'one', 'last']);
});

test('a listener hears of a transaction when it commits, and never of one that is rolled back', async () => {
  const heard: string[] = [];
  const last = Promise.withResolvers<void>();
  await using _listening = await shared.db.listen('commits', (payload) => {
    heard.push(payload);
    if (payload === 'last') last.resolve();
  });
  await shared.db.sql
    .transaction()
    .execute(async (trx) => {
      await sql`select pg_notify('commits', 'rolled back')`.execute(trx);
      throw new Error('no');
    })
    .catch(() => {});
  await sql`select pg_notify('commits', 'last')`.execute(shared.db.sql);
  await last.promise;
  expect(heard).toEqual(['', 'last']);
});

test('a listener that was disposed hears nothing more', async () => {
  const heard: string[] = [];
  const listening = await shared.db.listen('quiet', (payload) => heard.push(payload));
  await listening[Symbol.asyncDispose]();
  await sql`select pg_notify('quiet', 'too late')`.execute(shared.db.sql);
  expect(heard).toEqual(['']);
});

test("a block of the queue's that fails leaves the next statement unharmed", async () => {
  const { db } = shared.db.queueOptions;
  await expect(db?.executeSql('BEGIN; select 1; select 1/0; COMMIT;', [])).rejects.toThrow(
    /division by zero/,
  );
  expect(await db?.executeSql('select 1 as one', [])).toMatchObject({ rows: [{ one: 1 }] });
  const { rows } = await sql`select 2 as two`.execute(shared.db.sql);
  expect(rows).toEqual([{ two: 2 }]);
});

test('closing lets those who wait for the connection finish, and refuses whoever comes later', async () => {
  await using opened = await testDatabase();
  const { db } = opened;
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const first = db.sql.transaction().execute(async (trx) => {
    begun.resolve();
    await gate.promise;
    return (await sql<{ n: number }>`select 1 as n`.execute(trx)).rows;
  });
  await begun.promise;
  const second = db.sql.transaction().execute(async (trx) => (await sql`select 2 as n`.execute(trx)).rows);
  const closed = db[Symbol.asyncDispose]();
  gate.resolve();
  expect(await Promise.all([first, second])).toEqual([[{ n: 1 }], [{ n: 2 }]]);
  await closed;
  await expect(db.sql.transaction().execute(async () => 'never')).rejects.toThrow(/destroyed/);
});
