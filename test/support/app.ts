import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { pino } from 'pino';
import type { Schema } from '../../src/adapters/db/schema.ts';
import { type App, startApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { type Client, client } from './client.ts';
import { freshDatabase } from './database.ts';
import { storageRoot } from './storage-root.ts';

export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly root: string;
  readonly origin: string;
  readonly api: Client;
  readonly sql: Kysely<Schema>;
  /** Every stored file, finished or not. */
  objects(): Promise<string[]>;
  /** All that an upload or a run could leave behind. */
  holdings(): Promise<Holdings>;
}

export interface Holdings {
  readonly objects: string[];
  readonly datasets: number;
  readonly artifacts: number;
  readonly leases: number;
}

/**
 * The whole service in this process, on a port and, unless DATABASE_URL is given, a database of its own, without
 * telemetry.
 * @param existing a STORAGE_ROOT that outlives it, where a fresh one won't do
 */
export async function startTestApp(
  env: Record<string, string> = {},
  existing?: { readonly path: string },
): Promise<TestApp> {
  await using stack = new AsyncDisposableStack();
  const root = existing ?? stack.use(await storageRoot());
  const database = env['DATABASE_URL'] ?? stack.use(await freshDatabase()).url;
  const config = parseConfig({ STORAGE_ROOT: root.path, PORT: '0', DATABASE_URL: database, ...env });
  const app = stack.use(await startApp(config, pino({ level: process.env['TEST_LOG'] ?? 'silent' })));
  const origin = `http://127.0.0.1:${app.address.port}`;
  const { sql } = app.database;

  const objects = async () => {
    const entries = await readdir(join(root.path, 'objects'), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .sort();
  };
  const count = async (table: 'datasets' | 'artifacts' | 'object_leases') => {
    const { n } = await sql
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    return n;
  };

  const owned = stack.move();
  return {
    app,
    root: root.path,
    origin,
    api: client(origin, env['AUTH__ADMIN_KEY']),
    sql,
    objects,
    holdings: async () => {
      // First: a lease goes when its object has gone.
      const leases = await count('object_leases');
      return {
        objects: await objects(),
        datasets: await count('datasets'),
        artifacts: await count('artifacts'),
        leases,
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
