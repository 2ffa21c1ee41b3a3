import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type ObjectLeases, objectLeases } from '../../../src/adapters/storage/leases.ts';
import { openLocalStorage } from '../../../src/adapters/storage/local.ts';
import type { Storage } from '../../../src/adapters/storage/storage.ts';
import { eventually } from '../../support/client.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

/** The end of every lease, however long it is. */
const AFTER_ALL = new Date('9999-12-31');

let shared: TestDatabase;
let folder: string;
let storage: Storage;
let leases: ObjectLeases;

beforeAll(async () => {
  shared = await testDatabase();
});
afterAll(() => shared[Symbol.asyncDispose]());

beforeEach(async () => {
  await shared.db.sql.deleteFrom('object_leases').execute();
  folder = join(shared.root, 'objects');
  await rm(folder, { recursive: true, force: true });
  storage = await openLocalStorage(folder);
  leases = objectLeases(shared.db.sql, storage, pino({ level: 'silent' }));
});
afterEach(() => {
  vi.useRealTimers();
});

const store = (key: string) =>
  storage.write(
    key,
    (async function* () {
      yield Buffer.from('x');
    })(),
  );
const stored = () => readdir(folder).then((names) => names.sort());
const leased = async () =>
  (await shared.db.sql.selectFrom('object_leases').selectAll().orderBy('storage_key').execute()).map(
    ({ storage_key, reason }) => [storage_key, reason],
  );
const transaction = <T>(work: Parameters<ReturnType<typeof shared.db.sql.transaction>['execute']>[0]) =>
  shared.db.sql.transaction().execute(work) as Promise<T>;

test('a settled object stays and its lease is gone', async () => {
  {
    await using lease = await leases.hold('a');
    expect(await leased()).toEqual([['a', 'write']]);
    await store('a');
    await transaction((trx) => lease.settle(trx));
  }
  await leases.reclaim(AFTER_ALL);
  expect(await stored()).toEqual(['a']);
  expect(await leased()).toEqual([]);
});

test('objects that are kept stay, whatever is asked afterwards', async () => {
  {
    await using lease = await leases.hold('a');
    await store('a');
    await lease.settling(shared.db.sql).execute();
    lease.keep();
  }
  expect(await stored()).toEqual(['a']);
  expect(await leased()).toEqual([]);
});

test('an object whose holder gives up goes, and its lease with it', async () => {
  {
    await using _lease = await leases.hold('a', 'b');
    await store('a');
  }
  expect(await stored()).toEqual([]);
  expect(await leased()).toEqual([]);
});

test('an object whose settling was rolled back is reclaimed', async () => {
  const lease = await leases.hold('a');
  await store('a');
  await transaction(async (trx) => {
    await lease.settle(trx);
    throw new Error('the row could not be written');
  }).catch(() => {});
  expect(await leased()).toEqual([['a', 'write']]);
  await leases.reclaim(AFTER_ALL);
  expect(await stored()).toEqual([]);
});

test('an upload whose settling was rolled back removes its object itself', async () => {
  await (async () => {
    await using lease = await leases.hold('a');
    await store('a');
    await transaction(async (trx) => {
      await lease.settle(trx);
      throw new Error('the row could not be written');
    });
  })().catch(() => {});
  expect(await stored()).toEqual([]);
  expect(await leased()).toEqual([]);
});

test('what a killed process was writing is left alone while its lease runs, and reclaimed after', async () => {
  await leases.hold('a');
  await store('a');
  expect(await leases.reclaim(new Date())).toEqual({ removed: 0, missing: 0, failed: 0 });
  expect(await stored()).toEqual(['a']);

  expect(await leases.reclaim(AFTER_ALL)).toEqual({ removed: 1, missing: 0, failed: 0 });
  expect(await stored()).toEqual([]);
  expect(await leased()).toEqual([]);
});

test('a lease that ran out cannot be settled: the object may be gone by then', async () => {
  const lease = await leases.hold('a');
  await sql`update object_leases set expires_at = now() - interval '1 second'`.execute(shared.db.sql);
  await expect(transaction((trx) => lease.settle(trx))).rejects.toThrow(/ran out/);
});

test('a holder that works on renews its lease', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await using _lease = await leases.hold('a');
  await sql`update object_leases set expires_at = now() - interval '1 second'`.execute(shared.db.sql);
  vi.advanceTimersByTime(60_000);
  const ranOut = sql<{ n: number }>`select count(*)::int n from object_leases where expires_at < now()`;
  await eventually(async () => (await ranOut.execute(shared.db.sql)).rows[0]?.n === 0);
  expect(await leases.reclaim(new Date())).toEqual({ removed: 0, missing: 0, failed: 0 });
  expect(await leased()).toEqual([['a', 'write']]);
});

test('a renewal that comes late does not lease a settled object again', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await using lease = await leases.hold('a');
  await store('a');
  await transaction(async (trx) => {
    // The renewal now waits for this transaction, and runs once the lease is settled.
    vi.advanceTimersByTime(60_000);
    await lease.settle(trx);
  });
  await shared.db.sql.selectFrom('object_leases').selectAll().execute();
  expect(await leased()).toEqual([]);
  await leases.reclaim(AFTER_ALL);
  expect(await stored()).toEqual(['a']);
});

test('marked for deletion objects go at the next reclaim, those already gone are counted and forgiven', async () => {
  await store('a');
  await transaction((trx) => leases.markForDeletion(trx, ['a', 'b'], 'ttl'));
  expect(await leases.reclaim(new Date(), 'ttl')).toEqual({ removed: 1, missing: 1, failed: 0 });
  expect(await leased()).toEqual([]);
  expect(await leases.reclaim(new Date(), 'ttl')).toEqual({ removed: 0, missing: 0, failed: 0 });
});

test('of several who reclaim at once, each object is removed and counted once', async () => {
  const keys = ['a', 'b', 'c', 'd'];
  for (const key of keys) await store(key);
  await transaction((trx) => leases.markForDeletion(trx, keys, 'ttl'));
  const counts = await Promise.all(keys.map(() => leases.reclaim(new Date(), 'ttl')));
  const sum = (name: 'removed' | 'missing') => counts.reduce((total, count) => total + count[name], 0);
  expect([sum('removed'), sum('missing')]).toEqual([4, 0]);
  expect(await stored()).toEqual([]);
});

test('what is being reclaimed can no longer be settled or renewed by a holder who wakes up', async () => {
  const lease = await leases.hold('a');
  // A folder in its place keeps the object from being removed, and so the lease from being deleted.
  await mkdir(join(folder, 'a'));
  expect(await leases.reclaim(AFTER_ALL)).toMatchObject({ failed: 1 });
  await sql`update object_leases set expires_at = now() + interval '1 minute'`.execute(shared.db.sql);
  await expect(transaction((trx) => lease.settle(trx))).rejects.toThrow(/ran out/);
});

test('markForDeletioning nothing is no fault', async () => {
  await transaction((trx) => leases.markForDeletion(trx, [], 'delete'));
  expect(await leased()).toEqual([]);
});

test('reclaiming one reason leaves the others', async () => {
  await transaction(async (trx) => {
    await leases.markForDeletion(trx, ['a'], 'ttl');
    await leases.markForDeletion(trx, ['b'], 'delete');
  });
  expect(await leases.reclaim(new Date(), 'ttl')).toEqual({ removed: 0, missing: 1, failed: 0 });
  expect(await leased()).toEqual([['b', 'delete']]);
});

test('what cannot be removed now is counted and stays for the next time', async () => {
  await store('b');
  // A folder where a file should be can't be unlinked, not even by root.
  await mkdir(join(folder, 'a'));
  await transaction((trx) => leases.markForDeletion(trx, ['a', 'b'], 'ttl'));
  expect(await leases.reclaim(new Date(), 'ttl')).toEqual({ removed: 1, missing: 0, failed: 1 });
  expect(await leased()).toEqual([['a', 'ttl']]);

  await rm(join(folder, 'a'), { recursive: true });
  expect(await leases.reclaim(new Date(), 'ttl')).toEqual({ removed: 0, missing: 1, failed: 0 });
  expect(await leased()).toEqual([]);
});
