import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { startTestApp } from '../support/app.ts';
import { client, eventually } from '../support/client.ts';
import { freshDatabase } from '../support/database.ts';
import { expectProblem } from '../support/problem.ts';
import { canMount, smallDisk } from '../support/small-disk.ts';
import { storageRoot } from '../support/storage-root.ts';

const CSV = 'a,target\n1,2\n3,4\n';
const MiB = 1024 * 1024;

/** The service, its client and what it writes to its log. */
async function logged(root: string, env: Record<string, string> = {}) {
  const log: Record<string, unknown>[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => log.push(JSON.parse(line)) });
  const app: App = await startApp(parseConfig({ STORAGE_ROOT: root, PORT: '0', ...env }), logger);
  return {
    log,
    sql: app.database.sql,
    api: client(`http://127.0.0.1:${app.address.port}`),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

describe('bug 14: a full disk', () => {
  test('of the database is 503 storage with Retry-After for every request, in a few log lines that count', async () => {
    await using root = await storageRoot();
    await using database = await freshDatabase();
    await using app = await logged(root.path, { DATABASE_URL: database.url });
    const { dataset_id } = await app.api.upload('a.csv', CSV);
    // What PostgreSQL says when it can't extend a table, from PostgreSQL itself.
    await sql`create function full_disk() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`.execute(app.sql);
    for (const table of ['training_runs', 'datasets'])
      await sql`create trigger full_disk before insert on ${sql.table(table)} execute function full_disk()`.execute(
        app.sql,
      );

    for (let i = 0; i < 50; i++) {
      const answer = await app.api.post('/training-runs', { dataset_id, mode: 'light' });
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      await expectProblem(answer, 503, 'storage');
    }
    await expectProblem(await app.api.uploadRaw('b.csv', CSV), 503, 'storage');
    const lines = app.log.filter(({ msg }) => msg === 'request failed');
    expect(lines.length).toBeLessThan(5);

    for (const table of ['training_runs', 'datasets'])
      await sql`drop trigger full_disk on ${sql.table(table)}`.execute(app.sql);
    expect((await app.api.post('/training-runs', { dataset_id, mode: 'light' })).status).toBe(202);
  });

  test('has a reserve: with less free the service is not ready and takes no uploads, but serves what it has', async () => {
    await using database = await freshDatabase();
    const settings = { DATABASE_URL: database.url };
    await using app = await startTestApp(settings);
    const { dataset_id } = await app.api.upload('a.csv', CSV);
    await app.app[Symbol.asyncDispose]();

    const reserve = { STORAGE_RESERVE_BYTES: String(2 ** 52) };
    await using tight = await startTestApp({ ...settings, ...reserve }, { path: app.root });
    const ready = await tight.api.call('/api/ready');
    expect([ready.status, await tight.api.json(ready)]).toMatchObject([
      503,
      { checks: [{ status: 'up' }, { name: 'storage', status: 'down' }] },
    ]);
    expect(ready.headers.get('retry-after')).toMatch(/^\d+$/);
    await expectProblem(await tight.api.uploadRaw('b.csv', CSV), 503, 'storage');
    expect((await tight.api.call(`/datasets/${dataset_id}/download`)).status).toBe(200);
    expect((await tight.api.call(`/datasets/${dataset_id}`, { method: 'DELETE' })).status).toBe(204);
  });

  describe.skipIf(!canMount())('(a real one: needs the right to mount)', () => {
    test('fails no request with 500, kills nothing, and all is well once there is room again', async () => {
      await using disk = await smallDisk(320);
      await using app = await logged(disk.path, { STORAGE_RESERVE_BYTES: String(8 * MiB) });
      const { dataset_id } = await app.api.upload('a.csv', CSV);
      expect((await app.api.call('/api/ready')).status).toBe(200);

      await disk.fill();
      expect((await app.api.call('/api/ready')).status).toBe(503);
      await expectProblem(await app.api.uploadRaw('b.csv', CSV.repeat(100_000)), 503, 'storage');
      const statuses = new Set<number>();
      for (let i = 0; i < 200; i++)
        statuses.add((await app.api.post('/training-runs', { dataset_id, mode: 'light' })).status);
      for (const status of statuses) expect([202, 503]).toContain(status);
      expect((await app.api.call('/api/health')).status).toBe(200);

      await disk.free();
      await eventually(async () => (await app.api.call('/api/ready')).status === 200);
      await eventually(async () => (await app.api.uploadRaw('c.csv', CSV)).status === 201);
      expect(app.log.filter(({ msg }) => msg === 'request failed').length).toBeLessThan(20);
    });

    test('in the middle of an upload is 503 storage, and nothing of it stays', async () => {
      await using disk = await smallDisk(320);
      await using app = await logged(disk.path, { STORAGE_RESERVE_BYTES: '0' });
      await disk.fill(16);
      const table = `a,b\n${'1,2\n'.repeat(8 * MiB)}`;
      await expectProblem(await app.api.uploadRaw('large.csv', table), 503, 'storage');
      await disk.free();
      await eventually(async () => (await app.api.uploadRaw('small.csv', CSV)).status === 201);
    });
  });
});

test('bug 15: a scratch folder that somebody removed is made again on demand', async () => {
  await using app = await startTestApp();
  const scratch = join(app.root, 'scratch');
  await rm(scratch, { recursive: true, force: true });
  const { dataset_id } = await app.api.uploadFile('wine_train.csv');
  const { artifact_id } = await app.api.train(dataset_id);
  await rm(scratch, { recursive: true, force: true });
  const answer = await app.api.call(`/artifacts/${artifact_id}/predict/table`, {
    method: 'POST',
    body: 'x\n',
    headers: { 'content-type': 'text/csv' },
  });
  // Read and refused for its columns.
  expect(answer.status).toBe(422);
});
