import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
    /** A STORAGE_ROOT whose embedded database is migrated and empty, and stopped; an empty folder with TEST_DATABASE_URL. */
    usedRoot: string;
  }
}

/** Not for data that anyone keeps: only the operating system's end would lose it. */
const SETTINGS = { max_connections: '400', fsync: 'off', full_page_writes: 'off' };
const silent = pino({ level: 'silent' });

const embedded = (root: string) => openEmbedded({ root, mayJoin: false, logger: silent, settings: SETTINGS });

/** As the first start of a service leaves it. */
async function makeReady(url: string): Promise<void> {
  await using db = openDatabase(url, silent);
  await migrate(db.sql);
  const queue = await openQueue(db, 'api', silent);
  await queue.stop(1000);
}

interface Server {
  readonly url: string;
  /** What a database there is to be copied from. */
  readonly from: string;
}

/** The server that TEST_DATABASE_URL names, whose user may create databases; else one that ends with the suite. */
async function startServer(folder: string, usedRoot: string, stack: AsyncDisposableStack): Promise<Server> {
  await mkdir(usedRoot);
  const { TEST_DATABASE_URL: given } = process.env;
  if (given !== undefined) return { url: given, from: 'template1' };
  {
    await using server = await embedded(usedRoot);
    await makeReady(server.url);
  }
  const root = join(folder, 'server');
  await promisify(execFile)('cp', ['-a', usedRoot, root]);
  const { url } = stack.use(await embedded(root));
  return { url, from: new URL(url).pathname.slice(1) };
}

async function makeTemplate({ url: server, from }: Server, name: string, admin: pg.Client): Promise<void> {
  await admin.query(`create database ${name} template ${from}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await makeReady(url.href);
  // No database can be copied while somebody is connected to it: nobody can be, from now on.
  await admin.query(`alter database ${name} with allow_connections false is_template true`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'mlops-suite-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const usedRoot = join(folder, 'used');
  const server = await startServer(folder, usedRoot, stack);
  const admin = new pg.Client({ connectionString: server.url });
  admin.on('error', () => {});
  await admin.connect();
  stack.defer(() => admin.end());
  const template = `mlops_test_${randomUUID().slice(0, 8)}`;
  await makeTemplate(server, template, admin);
  stack.defer(async () => {
    await admin.query(`alter database ${template} with is_template false`);
    await admin.query(`drop database ${template} with (force)`);
  });
  project.provide('databaseServer', server.url);
  project.provide('databaseTemplate', template);
  project.provide('usedRoot', usedRoot);
  const owned = stack.move();
  return () => owned.disposeAsync();
}
