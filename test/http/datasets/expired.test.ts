import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { eventually } from '../../support/client.ts';
import { expectProblem } from '../../support/problem.ts';
import { insertRun } from '../../support/runs.ts';
import { startTestMeter } from '../../telemetry/test-meter.ts';

const DAY_MS = 86_400_000;
const CSV = 'a,target\n1,x\n2,y\n3,x\n';

/** Uploads a dataset and makes it so many days old. */
async function aged({ api, sql }: TestApp, days: number): Promise<string> {
  const { dataset_id } = await api.upload('aged.csv', CSV);
  const created_at = new Date(Date.now() - days * DAY_MS);
  await sql.updateTable('datasets').set({ created_at }).where('id', '=', dataset_id).execute();
  return dataset_id;
}
const deleteExpired = ({ api }: TestApp, query = '') =>
  api.call(`/datasets/expired${query}`, { method: 'DELETE' });
async function sweep(app: TestApp, query = ''): Promise<Record<string, unknown>> {
  const response = await deleteExpired(app, query);
  const result = await app.api.json(response);
  expect([response.status, result]).toEqual([200, expect.anything()]);
  return result;
}
/** A run that uses the dataset until it is ended. */
async function use({ sql }: TestApp, dataset_id: string): Promise<() => Promise<unknown>> {
  const id = await insertRun(sql, { dataset_id, status: 'running', attempt: 1 });
  return () =>
    sql
      .updateTable('training_runs')
      .set({ status: 'failed', finished_at: new Date() })
      .where('id', '=', id)
      .execute();
}
const exists = async ({ api }: TestApp, id: string) => (await api.call(`/datasets/${id}`)).status === 200;
const fileOf = (app: TestApp, id: string) => join(app.root, 'objects/datasets', id);

test('with TTL 0 nothing is deleted, however old', async () => {
  await using app = await startTestApp({ DATASET_TTL_DAYS: '0', DATASET_TTL_BATCH_LIMIT: '123' });
  const id = await aged(app, 10_000);
  expect(await sweep(app)).toEqual({
    cutoff: null,
    limit: 123,
    deleted: 0,
    files_removed: 0,
    files_missing: 0,
  });
  expect(await exists(app, id)).toBe(true);
  expect(await app.api.json(await app.api.call(`/datasets/${id}`))).toMatchObject({ expires_at: null });
});

describe('with a TTL of 7.5 days', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ DATASET_TTL_DAYS: '7.5' });
    // The clean-up that runs at every start must not take part in what follows.
    await eventually(
      async () => (await app.sql.selectFrom('ttl_state').selectAll().execute())[0]?.last_success_at,
    );
  });
  afterAll(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    await sweep(app);
    for (const { id } of await app.sql.selectFrom('datasets').select('id').execute())
      await app.api.call(`/datasets/${id}`, { method: 'DELETE' });
    expect(await app.holdings()).toMatchObject({ objects: [], datasets: 0, leases: 0 });
  });

  test('a dataset says when it will expire', async () => {
    const dataset = await app.api.upload('fresh.csv', CSV);
    const lifetime =
      Date.parse(dataset['expires_at'] as string) - Date.parse(dataset['created_at'] as string);
    expect(lifetime).toBe(7.5 * DAY_MS);
  });

  test('the expired ones go with their files, the others stay', async () => {
    const [old, fresh] = [await aged(app, 7.6), await aged(app, 7.4)];
    const before = Date.now();
    const result = await sweep(app);
    expect(result).toEqual({
      cutoff: expect.any(String),
      limit: 500,
      deleted: 1,
      files_removed: 1,
      files_missing: 0,
    });
    const cutoff = Date.parse(result['cutoff'] as string) + 7.5 * DAY_MS;
    expect(cutoff).toBeGreaterThanOrEqual(before);
    expect(cutoff).toBeLessThanOrEqual(Date.now());
    expect([await exists(app, old), await exists(app, fresh)]).toEqual([false, true]);
    expect(await app.holdings()).toMatchObject({ objects: [fresh], datasets: 1, leases: 0 });
  });

  test('running it again does no harm', async () => {
    await aged(app, 10);
    await sweep(app);
    expect(await sweep(app)).toMatchObject({ deleted: 0, files_removed: 0, files_missing: 0 });
  });

  test('limit is how many go at most, the oldest first', async () => {
    const ids = [await aged(app, 10), await aged(app, 30), await aged(app, 20)];
    expect(await sweep(app, '?limit=2')).toMatchObject({ limit: 2, deleted: 2, files_removed: 2 });
    expect(await Promise.all(ids.map((id) => exists(app, id)))).toEqual([true, false, false]);
    expect(await sweep(app, '?limit=2')).toMatchObject({ deleted: 1 });
  });

  test('a bad limit is refused and nothing deleted', async () => {
    const id = await aged(app, 10);
    for (const limit of ['0', '-1', '1.5', 'many', '100001', ''])
      await expectProblem(await deleteExpired(app, `?limit=${limit}`), 400, 'invalid_request');
    expect(await exists(app, id)).toBe(true);
  });

  test('several at once remove each dataset once', async () => {
    for (let i = 0; i < 6; i++) await aged(app, 10);
    const results = await Promise.all(Array.from({ length: 4 }, () => sweep(app, '?limit=2')));
    const sum = (name: string) => results.reduce((total, result) => total + (result[name] as number), 0);
    expect(sum('deleted')).toBe(6);
    expect(sum('files_removed')).toBe(6);
    expect(sum('files_missing')).toBe(0);
    expect(await app.holdings()).toMatchObject({ objects: [], datasets: 0, leases: 0 });
  });

  test('a dataset that a run uses stays until the run has ended', async () => {
    const id = await aged(app, 10);
    const end = await use(app, id);
    const other = await aged(app, 9);
    expect(await sweep(app)).toMatchObject({ deleted: 1 });
    expect([await exists(app, id), await exists(app, other)]).toEqual([true, false]);

    await end();
    expect(await sweep(app)).toMatchObject({ deleted: 1 });
    expect(await exists(app, id)).toBe(false);
  });

  test('a dataset in use does not use up the limit', async () => {
    const used = await aged(app, 30);
    const free = await aged(app, 10);
    const end = await use(app, used);
    expect(await sweep(app, '?limit=1')).toMatchObject({ deleted: 1 });
    expect([await exists(app, used), await exists(app, free)]).toEqual([true, false]);
    await end();
  });

  test('a file that is already gone is counted and forgiven', async () => {
    const [gone, there] = [await aged(app, 10), await aged(app, 10)];
    await rm(fileOf(app, gone));
    expect(await sweep(app)).toMatchObject({ deleted: 2, files_removed: 1, files_missing: 1 });
    expect([await exists(app, gone), await exists(app, there)]).toEqual([false, false]);
  });

  test('a clean-up that was interrupted after the rows were deleted is finished by the next', async () => {
    const id = await aged(app, 10);
    // What a process killed at that point leaves: the row gone, the file marked for deletion but still there.
    await app.sql.transaction().execute(async (trx) => {
      await trx.deleteFrom('datasets').where('id', '=', id).execute();
      await trx
        .insertInto('object_leases')
        .values({ storage_key: `datasets/${id}`, reason: 'ttl', expires_at: new Date(0) })
        .execute();
    });
    expect(await app.objects()).toEqual([id]);
    expect(await sweep(app)).toMatchObject({ deleted: 0, files_removed: 1 });
    expect(await app.holdings()).toMatchObject({ objects: [], leases: 0 });
  });

  test('a file that cannot be removed is a 503, and goes with the next clean-up that can', async () => {
    const [stuck, other] = [await aged(app, 20), await aged(app, 10)];
    // A folder in its place can't be unlinked, not even by root.
    await rm(fileOf(app, stuck));
    await mkdir(fileOf(app, stuck));
    await expectProblem(await deleteExpired(app), 503, 'storage');
    expect([await exists(app, stuck), await exists(app, other)]).toEqual([false, false]);
    expect(await app.holdings()).toMatchObject({ objects: [], leases: 1 });

    await rm(fileOf(app, stuck), { recursive: true });
    expect(await sweep(app)).toMatchObject({ deleted: 0, files_missing: 1 });
    expect(await app.holdings()).toMatchObject({ leases: 0 });
  });
});

test('an expired file that cannot be removed holds up neither the other files nor the rest of the clean-up, and each is counted once', async () => {
  const meter = startTestMeter('mlops.backend');
  await using app = await startTestApp({ DATASET_TTL_DAYS: '7.5', DATASET_TTL_CHECK_INTERVAL_SEC: '1' });
  const counted = async (name: string, labels = {}) =>
    (await meter.scrape()).value(`mlops_backend_dataset_ttl_${name}_total`, labels) ?? 0;
  const failures = () => counted('cycles', { result: 'failure' });

  const stuck = await app.api.upload('stuck.csv', CSV);
  const other = await app.api.upload('other.csv', CSV);
  // A folder where the remains of a write would be can't be unlinked, not even by root.
  const obstacle = `${fileOf(app, stuck.dataset_id)}.part`;
  await mkdir(obstacle);
  await app.sql
    .updateTable('datasets')
    .set({ created_at: new Date(Date.now() - 8 * DAY_MS) })
    .execute();
  await eventually(async () => (await failures()) > 0);
  expect(await app.objects()).toEqual([stuck.dataset_id]);
  expect([await exists(app, stuck.dataset_id), await exists(app, other.dataset_id)]).toEqual([false, false]);

  await writeFile(fileOf(app, 'left-over'), CSV);
  await app.sql
    .insertInto('object_leases')
    .values({ storage_key: 'datasets/left-over', reason: 'write', expires_at: new Date(0) })
    .execute();
  await eventually(async () => !(await app.objects()).includes('left-over'));
  await eventually(async () => (await failures()) > 1);

  await rmdir(obstacle);
  await eventually(async () => (await app.holdings()).leases === 0);
  expect(await app.objects()).toEqual([]);
  expect([await counted('datasets_removed'), await counted('files_removed')]).toEqual([2, 2]);
  expect(await counted('files_missing')).toBe(0);
});

test('the clean-up runs by itself, as often as DATASET_TTL_CHECK_INTERVAL_SEC says', async () => {
  const seconds = 2;
  await using app = await startTestApp({
    DATASET_TTL_DAYS: String(seconds / 86_400),
    DATASET_TTL_CHECK_INTERVAL_SEC: '1',
  });
  const gone = (id: string) => eventually(async () => !(await exists(app, id)));
  const first = await app.api.upload('short-lived.csv', CSV);
  await gone(first.dataset_id);
  const second = await app.api.upload('short-lived.csv', CSV);
  await gone(second.dataset_id);
  await eventually(async () => (await app.holdings()).leases === 0);
  expect(await app.objects()).toEqual([]);
});
