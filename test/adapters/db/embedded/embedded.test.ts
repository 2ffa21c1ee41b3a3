import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedServer, openEmbedded } from '../../../../src/adapters/db/embedded/embedded.ts';
import { eventually } from '../../../support/client.ts';
import { startScript } from '../../../support/script.ts';
import { storageRoot } from '../../../support/storage-root.ts';
import { tied } from '../../../support/tied.ts';
import { alive, descendants, postmaster } from './processes.ts';

const OWN_SERVER = new URL('./own-server.script.ts', import.meta.url);
const logger = pino({ level: 'silent' });

interface Told {
  url: string;
  owned: boolean;
  error?: string;
}

const open = (root: string, mayJoin = false) => openEmbedded({ root, mayJoin, logger });

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

test('a database is announced while it is made, and not when it is there', async () => {
  await using root = await storageRoot();
  const lines: string[] = [];
  const told = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line).msg) });
  for (const expected of [1, 1]) {
    await using _server = await openEmbedded({ root: root.path, mayJoin: false, logger: told });
    expect(lines.filter((line) => line === 'making the database, this once')).toHaveLength(expected);
  }
});

describe('an embedded server', () => {
  let root: Awaited<ReturnType<typeof storageRoot>>;
  let server: EmbeddedServer;
  beforeAll(async () => {
    root = await storageRoot();
    server = await open(root.path);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await root[Symbol.asyncDispose]();
  });

  test.each([
    ['fsync', 'on'],
    ['full_page_writes', 'on'],
    ['synchronous_commit', 'on'],
    ['data_checksums', 'on'],
    ['autovacuum', 'on'],
    ['listen_addresses', ''],
    ['server_encoding', 'UTF8'],
  ])('runs with %s = %s', async (name, value) => {
    expect(await query(server.url, `show ${name}`)).toEqual([{ [name]: value }]);
  });

  test('has its socket in a folder that nobody else can enter', async () => {
    const folder = await stat(join(root.path, 'database/18'));
    expect(folder.mode & 0o077).toBe(0);
    expect(await readdir(join(root.path, 'database/18'))).toContain('.s.PGSQL.5432');
  });

  test('is not given to the same process twice', async () => {
    await expect(open(root.path)).rejects.toThrow(
      `the embedded database in ${root.path}/database is in use by process ${process.pid}: stop it, join it with ROLE=api or ROLE=worker, or set another STORAGE_ROOT`,
    );
  });

  test('is joined by whoever may', async () => {
    await using guest = await open(root.path, true);
    expect(guest).toMatchObject({ owned: false, url: server.url });
  });

  test('dies and is started again by its owner', async () => {
    const [before] = await query<{ pid: number }>(server.url, 'select pg_backend_pid() as pid');
    process.kill(postmaster(descendants(process.pid)), 'SIGKILL');
    await eventually(async () => {
      const rows = await query<{ pid: number }>(server.url, 'select pg_backend_pid() as pid').catch(() => []);
      return rows.length === 1 && rows[0]?.pid !== before?.pid;
    });
  });
});

describe('the owner of a server', () => {
  test('is killed: no process is left, and the next one has what was committed', async () => {
    await using root = await storageRoot();
    await using owner = startScript(OWN_SERVER, [root.path]);
    const { url } = await owner.next<Told>();
    // Somebody is connected and busy: a polite stop would wait for that.
    const busy = query(url, 'select pg_sleep(60)').catch(() => {});
    const processes = descendants(owner.process.pid as number);
    expect(processes.length).toBeGreaterThan(5);
    await owner.kill('SIGKILL');
    await eventually(async () => alive(processes).length === 0);
    await busy;

    await using again = await open(root.path);
    expect(await query(again.url, 'select value from kept')).toEqual([{ value: 'acknowledged' }]);
  });

  test('is killed together with its server and all guards: the next start recovers', async () => {
    await using root = await storageRoot();
    await using owner = startScript(OWN_SERVER, [root.path]);
    await owner.next();
    for (const { pid } of descendants(owner.process.pid as number)) process.kill(pid, 'SIGKILL');
    await owner.kill('SIGKILL');
    await using again = await open(root.path);
    expect(await query(again.url, 'select value from kept')).toEqual([{ value: 'acknowledged' }]);
  });

  test('is killed, and another process has the number that its server had: the next start is not misled', async () => {
    await using root = await storageRoot();
    {
      await using server = await open(root.path);
      await query(server.url, 'select 1');
    }
    const former = `${process.ppid}\n${root.path}/database/18\n0\n5432\n.\n\n\nready   \n`;
    await writeFile(join(root.path, 'database/18/postmaster.pid'), former);
    await using again = await open(root.path);
    expect(await query(again.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('is named to a second one, which is refused', async () => {
    await using root = await storageRoot();
    await using owner = startScript(OWN_SERVER, [root.path]);
    await owner.next();
    await using second = startScript(OWN_SERVER, [root.path]);
    expect((await second.next<Told>()).error).toContain(`is in use by process ${owner.process.pid}:`);
  });

  test('is one of those that start at the same moment; the others join it', async () => {
    await using root = await storageRoot();
    await using stack = new AsyncDisposableStack();
    const all = [1, 2, 3].map(() => stack.use(startScript(OWN_SERVER, [root.path, 'join'])));
    const told = await Promise.all(all.map((script) => script.next<Told>()));
    expect(told.map(({ owned }) => owned).sort()).toEqual([false, false, true]);
    expect(new Set(told.map(({ url }) => url)).size).toBe(1);
  });

  test('ends and comes back: a guest that stayed reaches the server by the same URL', async () => {
    await using root = await storageRoot();
    const first = await open(root.path);
    const guest = await open(root.path, true);
    expect(guest.owned).toBe(false);
    await first[Symbol.asyncDispose]();
    await expect(query(guest.url, 'select 1')).rejects.toMatchObject({ code: 'ENOENT', syscall: 'connect' });
    await using _again = await open(root.path);
    expect(await query(guest.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('gets Ctrl-C in its terminal, which does not reach the server', async () => {
    await using root = await storageRoot();
    // A group of its own, as a terminal's foreground job.
    const owner = tied(
      spawn(process.execPath, [fileURLToPath(OWN_SERVER), root.path], {
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    try {
      const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
      const { url } = JSON.parse(line) as Told;
      const before = await query<{ at: Date }>(url, 'select pg_postmaster_start_time() as at');
      process.kill(-(owner.pid as number), 'SIGINT');
      await delay(500);
      expect(await query(url, 'select pg_postmaster_start_time() as at')).toEqual(before);
    } finally {
      const processes = descendants(owner.pid as number);
      owner.kill('SIGKILL');
      await eventually(async () => alive(processes).length === 0);
    }
  });
});

describe('a STORAGE_ROOT', () => {
  test.each([
    ['with spaces, quotes and letters of any kind', `it's a "fine" folder/Ünïcode 文件夹`],
    ['deeper than the address of a socket is long', 'long/'.repeat(40)],
  ])('%s will do', async (_, path) => {
    await using root = await storageRoot();
    const deep = join(root.path, path);
    await using server = await open(deep);
    await using guest = await open(deep, true);
    expect(guest.url).toBe(server.url);
    expect(await query(guest.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('of the former embedded kind stops the start', async () => {
    await using root = await storageRoot();
    await mkdir(join(root.path, 'database'));
    await writeFile(join(root.path, 'database/PG_VERSION'), '17\n');
    await expect(open(root.path)).rejects.toThrow(
      `${root.path}/database holds a database of the former embedded kind, which this version can't read: set another STORAGE_ROOT, or move this one away`,
    );
  });

  test('of another major version stops the start, and its data stay untouched', async () => {
    await using root = await storageRoot();
    await mkdir(join(root.path, 'database/17'), { recursive: true });
    await expect(open(root.path)).rejects.toThrow(
      /database\/17 was made by another major version .* this is 18: /,
    );
    expect(await readdir(join(root.path, 'database'))).toEqual(['17']);
  });

  test('whose first start was killed in the middle is made anew, and nothing half-made stays', async () => {
    await using root = await storageRoot();
    await using owner = startScript(OWN_SERVER, [root.path]);
    const folder = join(root.path, 'database');
    const unfinished = async () =>
      (await readdir(folder).catch(() => [])).some((name) => name.startsWith('unfinished-'));
    await eventually(unfinished);
    const processes = descendants(owner.process.pid as number);
    await owner.kill('SIGKILL');
    await eventually(async () => alive(processes).length === 0);
    await using server = await open(root.path);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    const files = (await readdir(folder)).filter((name) => !name.startsWith('owner.'));
    expect(files).toEqual(['18']);
    expect((await readFile(join(folder, 'owner.pid'), 'utf8')).trim()).toBe(String(process.pid));
  });
});
