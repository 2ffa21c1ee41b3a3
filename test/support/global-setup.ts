import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { openEmbedded } from '../../src/adapters/db/embedded/embedded.ts';
import { migrate } from '../../src/adapters/db/migrate.ts';
import { openDatabase } from '../../src/adapters/db/postgres.ts';
import { openQueue } from '../../src/adapters/queue/queue.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the suite's one PostgreSQL server. */
    databaseServer: string;
    /** A database there, migrated and empty, that every test's database is a copy of. */
    databaseTemplate: string;
  }
}

/** Not for data that anyone keeps: only the operating system's end would lose it. */
const SETTINGS = { max_connections: '400', fsync: 'off', full_page_writes: 'off' };
const silent = pino({ level: 'silent' });

/** The server that TEST_DATABASE_URL names, whose user may create databases; else one that ends with the suite. */
async function startServer(stack: AsyncDisposableStack): Promise<string> {
  const { TEST_DATABASE_URL: given } = process.env;
  if (given !== undefined) return given;
  const root = await mkdtemp(join(tmpdir(), 'mlops-suite-'));
  stack.defer(() => rm(root, { recursive: true, force: true }));
  const options = { root, mayJoin: false, logger: silent, settings: SETTINGS };
  return stack.use(await openEmbedded(options)).url;
}

async function makeTemplate(server: string, name: string, admin: pg.Client): Promise<void> {
  await admin.query(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  {
    await using db = openDatabase(url.href, silent);
    await migrate(db.sql);
    const queue = await openQueue(db, 'api', silent);
    await queue.stop(1000);
  }
  // No database can be copied while somebody is connected to it: nobody can be, from now on.
  await admin.query(`alter database ${name} with allow_connections false is_template true`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using stack = new AsyncDisposableStack();
  const server = await startServer(stack);
  const admin = new pg.Client({ connectionString: server });
  admin.on('error', () => {});
  await admin.connect();
  stack.defer(() => admin.end());
  const template = `mlops_test_${randomUUID().slice(0, 8)}`;
  await makeTemplate(server, template, admin);
  stack.defer(async () => {
    await admin.query(`alter database ${template} with is_template false`);
    await admin.query(`drop database ${template} with (force)`);
  });
  project.provide('databaseServer', server);
  project.provide('databaseTemplate', template);
  const owned = stack.move();
  return () => owned.disposeAsync();
}
