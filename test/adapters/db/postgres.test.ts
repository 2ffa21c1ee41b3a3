import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isDatabaseUnavailable } from '../../../src/adapters/db/database.ts';
import { migrate } from '../../../src/adapters/db/migrate.ts';
import { openDatabase } from '../../../src/adapters/db/postgres.ts';
import { eventually } from '../../support/client.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

let shared: TestDatabase;
beforeAll(async () => {
  shared = await testDatabase();
});
afterAll(() => shared[Symbol.asyncDispose]());

test('a pool whose every connection is stuck says how many wait for one, though none comes or goes', async () => {
  const { db, url } = shared;
  const { limit } = db.connections().work;
  await using other = openDatabase(url, pino({ level: 'silent' }));
  const sleepers = sql<{ pid: number }>`
    select pid from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%'`;
  const ask = (statement: string) =>
    sql
      .raw(statement)
      .execute(db.sql)
      .catch(() => {});

  const stuck = Array.from({ length: limit }, () => ask('select pg_sleep(600)'));
  await eventually(async () => (await sleepers.execute(other.sql)).rows.length === limit);
  const waiting = Array.from({ length: 3 }, () => ask('select 1'));
  expect(db.connections().work).toEqual({ used: limit, idle: 0, waiting: 3, limit });

  for (const { pid } of (await sleepers.execute(other.sql)).rows)
    await sql`select pg_cancel_backend(${pid})`.execute(other.sql);
  await Promise.all([...stuck, ...waiting]);
  expect(db.connections().work).toMatchObject({ used: 0, waiting: 0 });
});

test('a prepared statement is parsed once in a session, however often it is asked', async () => {
  await using db = openDatabase(shared.url, pino({ level: 'silent' }));
  const twice = db.prepare<{ n: number }>('twice', 'select 2 * $1::int as n', 'work');
  for (const n of [1, 2, 3]) expect(await twice(n)).toEqual([{ n: 2 * n }]);
  const kept = sql`
    select (generic_plans + custom_plans)::int as used from pg_prepared_statements where name = 'twice'`;
  expect((await kept.execute(db.sql)).rows).toEqual([{ used: 3 }]);
});

test('the queue waits for nobody who has the connections, nor for the disk, which all others wait for', async () => {
  const { url } = shared;
  await using db = openDatabase(url, pino({ level: 'silent' }));
  const { limit } = db.connections().work;
  const held = Promise.withResolvers<void>();
  const setting = sql<{ synchronous_commit: string }>`show synchronous_commit`;
  const holding = Array.from({ length: limit }, () =>
    db.sql.transaction().execute(async (trx) => {
      const { rows } = await setting.execute(trx);
      await held.promise;
      return rows[0];
    }),
  );
  await eventually(async () => db.connections().work.used === limit);
  const { rows } = await db.queueOptions.db!.executeSql('show synchronous_commit');
  held.resolve();
  expect(rows).toEqual([{ synchronous_commit: 'off' }]);
  expect(await Promise.all(holding)).toEqual(holding.map(() => ({ synchronous_commit: 'on' })));
});

test('a statement of the gauges waits for nobody, and leaves a server that does not answer in time', async () => {
  await using db = openDatabase(shared.url, pino({ level: 'silent' }));
  const gauges = <Row extends object>(name: string, statement: string) =>
    db.prepare<Row>(name, statement, 'gauges');
  const state = gauges<{ pid: number; n: number; prepared: number; limit: string }>(
    'state',
    `select pg_backend_pid() as pid, $1::int as n, current_setting('statement_timeout') as limit,
      (select count(*)::int from pg_prepared_statements) as prepared`,
  );
  const ask = async (n: number) => (await state(n))[0]!;
  const held = Promise.withResolvers<void>();
  const { limit } = db.connections().work;
  const holding = Array.from({ length: limit }, () => db.sql.transaction().execute(() => held.promise));
  await eventually(async () => db.connections().work.used === limit);
  const { pid } = await ask(1);
  expect(await ask(2)).toEqual({ pid, n: 2, prepared: 1, limit: '2s' });
  expect(db.connections().gauges).toEqual({ used: 0, idle: 1, waiting: 0, limit: 1 });
  held.resolve();
  await Promise.all(holding);

  await gauges('no limit', "select set_config('statement_timeout', '0', false)")();
  await expect(gauges('late', 'select pg_sleep(600)')()).rejects.toThrow(/timeout/);
  const other = await ask(3);
  await sql`select pg_terminate_backend(${pid}::int)`.execute(shared.db.sql);
  expect(other).toMatchObject({ n: 3, prepared: 1, limit: '2s' });
  expect(other.pid).not.toBe(pid);
});

/** Process ids of the sessions that listen. */
async function listeners(): Promise<number[]> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity
    where datname = current_database() and application_name = 'mlops-backend-listen'`.execute(shared.db.sql);
  return rows.map(({ pid }) => pid);
}

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

test('a listener whose session is lost opens another, and says that it may have missed something', async () => {
  const heard: string[] = [];
  const again = Promise.withResolvers<void>();
  const last = Promise.withResolvers<void>();
  await using _listening = await shared.db.listen('lost', (payload) => {
    heard.push(payload);
    if (heard.length === 2) again.resolve();
    if (payload === 'last') last.resolve();
  });
  const [pid] = await listeners();
  await sql`select pg_terminate_backend(${pid}::int)`.execute(shared.db.sql);
  await again.promise;
  await sql`select pg_notify('lost', 'last')`.execute(shared.db.sql);
  await last.promise;
  expect(heard).toEqual(['', '', 'last']);
});

test('a listener that was disposed hears nothing more, and keeps no session', async () => {
  const heard: string[] = [];
  const listening = await shared.db.listen('quiet', (payload) => heard.push(payload));
  await listening[Symbol.asyncDispose]();
  await sql`select pg_notify('quiet', 'too late')`.execute(shared.db.sql);
  expect(heard).toEqual(['']);
  await eventually(async () => (await listeners()).length === 0);
});

test('a LISTEN that fails after connecting keeps no session', async () => {
  // No channel has an empty name: the server takes the connection and refuses the statement.
  for (let i = 0; i < 3; i++)
    await expect(shared.db.listen('', () => {})).rejects.toMatchObject({ code: '42601' });
  await eventually(async () => (await listeners()).length === 0);
});

test("a block of the queue's that fails leaves the next statement unharmed", async () => {
  const { db } = shared.db.queueOptions;
  await expect(db?.executeSql('BEGIN; select 1; select 1/0; COMMIT;', [])).rejects.toThrow(
    /division by zero/,
  );
  for (let i = 0; i < 20; i++)
    expect(await db?.executeSql('select 1 as one', [])).toMatchObject({ rows: [{ one: 1 }] });
  const { rows } = await sql`select 2 as two`.execute(shared.db.sql);
  expect(rows).toEqual([{ two: 2 }]);
});

test('a database that is closed before it was ever asked opens no connection afterwards', async () => {
  const db = openDatabase(shared.url, pino({ level: 'silent' }));
  await db[Symbol.asyncDispose]();
  await expect(sql`select 1`.execute(db.sql)).rejects.toThrow();
  for (const pool of ['work', 'gauges'] as const)
    await expect(db.prepare('one', 'select 1', pool)()).rejects.toThrow();
});

test('closing lets those who have a connection finish, and refuses whoever comes later', async () => {
  await using opened = await testDatabase();
  const { db } = opened;
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const under = db.sql.transaction().execute(async (trx) => {
    begun.resolve();
    await gate.promise;
    return (await sql<{ n: number }>`select 1 as n`.execute(trx)).rows;
  });
  await begun.promise;
  const closed = db[Symbol.asyncDispose]();
  gate.resolve();
  expect(await under).toEqual([{ n: 1 }]);
  await closed;
  await expect(db.sql.transaction().execute(async () => 'never')).rejects.toThrow(/destroyed/);
});

test('a session that is ended while its transaction computes elsewhere harms that transaction alone', async () => {
  const broken = shared.db.sql.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    await sql`select pg_terminate_backend(${rows[0]?.pid}::int)`.execute(shared.db.sql);
    await eventually(() =>
      sql`select from pg_stat_activity where pid = ${rows[0]?.pid}::int`
        .execute(shared.db.sql)
        .then(({ rows: left }) => left.length === 0),
    );
    return (await sql`select 1`.execute(trx)).rows;
  });
  await expect(broken).rejects.toSatisfy(isDatabaseUnavailable);
});

test('a session that somebody ends, or a server that is full, is told from a wrong statement', async () => {
  const ended = await sql`select pg_terminate_backend(pg_backend_pid())`
    .execute(shared.db.sql)
    .catch((error: unknown) => error);
  expect(isDatabaseUnavailable(ended)).toBe(true);
  await eventually(() => sql`select 1`.execute(shared.db.sql).catch(() => false as const));
  const wrong = await sql`select 1 / 0`.execute(shared.db.sql).catch((error: unknown) => error);
  expect(isDatabaseUnavailable(wrong)).toBe(false);
  expect(isDatabaseUnavailable(Object.assign(new Error('too many clients'), { code: '53300' }))).toBe(true);
});
