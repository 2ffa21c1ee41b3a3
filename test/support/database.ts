import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { inject } from 'vitest';
import type { Database } from '../../src/adapters/db/database.ts';
import { openDatabase } from '../../src/adapters/db/postgres.ts';
import { storageRoot } from './storage-root.ts';

export interface FreshDatabase extends AsyncDisposable {
  /** For DATABASE_URL. */
  readonly url: string;
}

/** One statement on the suite's server, outside of every test's database. */
async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('databaseServer') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A migrated, empty database of its own on the suite's server; dropped when disposed, whoever is connected. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `${inject('databaseTemplate')}_${randomUUID().slice(0, 8)}`;
  // File by file, not by every page through the log: a third of the work, where nothing is synced.
  await administer(`create database ${name} template ${inject('databaseTemplate')} strategy file_copy`);
  const url = new URL(inject('databaseServer'));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => administer(`drop database if exists ${name} with (force)`),
  };
}

export interface TestDatabase extends AsyncDisposable {
  readonly db: Database;
  readonly url: string;
  /** A STORAGE_ROOT to go with it. */
  readonly root: string;
}

/** A fresh database, opened. */
export async function testDatabase(): Promise<TestDatabase> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await freshDatabase());
  const { path: root } = stack.use(await storageRoot());
  const db = stack.use(openDatabase(url, pino({ level: 'silent' })));
  const owned = stack.move();
  return { db, url, root, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
