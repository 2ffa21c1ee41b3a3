import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { Run } from '../support/client.ts';
import { eventually } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';

interface Page {
  items: Record<string, unknown>[];
  next_cursor: string | null;
}

const remove = ({ api }: TestApp, id: string) => api.call(`/artifacts/${id}`, { method: 'DELETE' });
const list = async ({ api }: TestApp, query = '') => api.json<Page>(await api.call(`/artifacts${query}`));
/** A model's files go after its row, so that the run's end does not wait for them. */
const tidy = (app: TestApp) =>
  eventually(async () => {
    const holdings = await app.holdings();
    return holdings.leases === 0 && holdings;
  });

describe('the models', () => {
  let app: TestApp;
  let datasetId: string;
  const runs: Run[] = [];
  beforeAll(async () => {
    app = await startTestApp({ MAX_MODEL_ARTIFACTS: '0' });
    expect(await list(app)).toEqual({ items: [], next_cursor: null });
    ({ dataset_id: datasetId } = await app.api.uploadFile('wine_train.csv'));
    for (let seed = 0; seed < 6; seed++) runs.push(await app.api.train(datasetId, { seed }));
  });
  afterAll(() => app[Symbol.asyncDispose]());

  test('are all kept with MAX_MODEL_ARTIFACTS=0, and listed newest first', async () => {
    const { items } = await list(app);
    expect(items.map(({ run_id }) => run_id)).toEqual(runs.map(({ id }) => id).reverse());
  });

  test('come in pages that join; a bad limit or cursor is refused', async () => {
    const first = await list(app, '?limit=4');
    const second = await list(app, `?limit=4&cursor=${first.next_cursor}`);
    expect([...first.items, ...second.items]).toEqual((await list(app)).items);
    expect(second.next_cursor).toBeNull();
    for (const query of ['limit=0', 'limit=101', 'cursor=nonsense'])
      await expectProblem(await app.api.call(`/artifacts?${query}`), 400, 'invalid_request');
  });

  test('each say what they need, how good they are, and where they come from', async () => {
    const run = runs[0] as Run;
    const artifact = await app.api.json(await app.api.call(`/artifacts/${run.artifact_id}`));
    expect(artifact).toEqual({
      id: run.artifact_id,
      run_id: run.id,
      dataset_id: datasetId,
      mode: 'light',
      task: 'classification',
      target: 'target',
      format: expect.any(String),
      size_bytes: expect.any(Number),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      inputs: expect.any(Array),
      metrics: run.metrics,
      held_by: [],
      tags: {},
      note: null,
      created_at: expect.stringMatching(/Z$/),
      download_url: `${app.origin}/api/ml/v1/artifacts/${run.artifact_id}/download`,
    });
    expect(artifact['inputs']).toHaveLength(13);
    expect(artifact['inputs']).toContainEqual({ name: 'f0', type: 'number' });
    expect((await list(app)).items).toContainEqual({
      ...artifact,
      metrics: expect.objectContaining({ accuracy: run.metrics.accuracy }),
    });
    const card = await app.api.json(await app.api.call(`/artifacts/${run.artifact_id}/card`));
    expect(card).toMatchObject({
      columns: artifact['inputs'],
      seed: run['seed'],
      metrics: run.metrics,
      data: { name: expect.any(String), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test('can be downloaded, with range, tag and HEAD', async () => {
    const { artifact_id } = runs[0] as Run;
    const artifact = await app.api.json(await app.api.call(`/artifacts/${artifact_id}`));
    const get = (headers: Record<string, string> = {}, method = 'GET') =>
      app.api.call(`/artifacts/${artifact_id}/download`, { method, headers });

    const whole = await get();
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(bytes).toHaveLength(artifact['size_bytes'] as number);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(artifact['sha256']);
    expect(whole.headers.get('etag')).toBe(`"${String(artifact['sha256'])}"`);
    expect(whole.headers.get('content-disposition')).toContain(
      `model-${artifact_id}.${String(artifact['format'])}`,
    );

    const part = await get({ range: 'bytes=1-4' });
    expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, bytes.subarray(1, 5)]);
    expect((await get({ 'if-none-match': whole.headers.get('etag') as string })).status).toBe(304);
    const head = await get({}, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
  });

  test('are gone once deleted, with their files; their run stays and says so', async () => {
    const run = runs[1] as Run;
    const before = await tidy(app);
    const response = await remove(app, run.artifact_id);
    expect(response.status).toBe(200);
    expect(await app.api.json(response)).toEqual({ id: run.artifact_id, deleted: true });

    const after = await app.holdings();
    expect(after).toMatchObject({ artifacts: before.artifacts - 1, leases: 0 });
    expect(after.objects.filter((name) => name.includes(run.artifact_id))).toEqual([]);
    expect(before.objects.filter((name) => name.includes(run.artifact_id)).length).toBeGreaterThan(0);

    await expectProblem(await app.api.call(`/artifacts/${run.artifact_id}`), 404, 'not_found');
    await expectProblem(await app.api.call(`/artifacts/${run.artifact_id}/download`), 404, 'not_found');
    await expectProblem(await remove(app, run.artifact_id), 404, 'not_found');
    expect(await app.api.run(run.id)).toMatchObject({
      status: 'succeeded',
      artifact_id: null,
      artifact_removed_at: expect.stringMatching(/Z$/),
      artifact_removed_by: 'request',
    });
  });

  test('that nobody made are 404', async () => {
    for (const id of ['019a9d3c-7f00-7000-8000-000000000000', 'nonsense']) {
      await expectProblem(await app.api.call(`/artifacts/${id}`), 404, 'not_found');
      await expectProblem(await app.api.call(`/artifacts/${id}/download`), 404, 'not_found');
      await expectProblem(await app.api.call(`/artifacts/${id}/card`), 404, 'not_found');
      await expectProblem(await app.api.call(`/artifacts/${id}/drift`), 404, 'not_found');
      await expectProblem(await app.api.call(`/artifacts/${id}/evaluation`), 404, 'not_found');
      await expectProblem(await remove(app, id), 404, 'not_found');
      await expectProblem(await app.api.post(`/artifacts/${id}/predict`, { rows: [{}] }), 404, 'not_found');
    }
  });

  test('outlive the dataset they learned from', async () => {
    const { artifact_id } = runs[2] as Run;
    expect((await app.api.call(`/datasets/${datasetId}`, { method: 'DELETE' })).status).toBe(204);
    expect((await app.api.call(`/artifacts/${artifact_id}`)).status).toBe(200);
  });
});

test('MAX_MODEL_ARTIFACTS keeps the newest and removes the files of the older ones', async () => {
  await using app = await startTestApp({ MAX_MODEL_ARTIFACTS: '2' });
  const { dataset_id } = await app.api.uploadFile('wine_train.csv');
  const runs: Run[] = [];
  for (let seed = 0; seed < 4; seed++) runs.push(await app.api.train(dataset_id, { seed }));
  const kept = runs.slice(-2).map(({ artifact_id }) => artifact_id);

  expect((await list(app)).items.map(({ id }) => id)).toEqual([...kept].reverse());
  const { objects, artifacts } = await tidy(app);
  expect(artifacts).toBe(2);
  const owners = new Set(objects.map((name) => name.split('.')[0]));
  expect(owners).toEqual(new Set([dataset_id, ...kept]));

  const { id, artifact_id } = runs[0] as Run;
  const run = await app.api.run(id);
  expect(run).toMatchObject({ status: 'succeeded', artifact_id: null, artifact_removed_by: 'retention' });
  const removedAt = run['artifact_removed_at'] as string;
  expect(Date.parse(removedAt)).toBeGreaterThanOrEqual(Date.parse(runs[2]?.['started_at'] as string));
  for (const path of ['', '/download', '/card', '/drift', '/evaluation'])
    expect(
      await expectProblem(await app.api.call(`/artifacts/${artifact_id}${path}`), 410, 'gone'),
    ).toContain(removedAt);
  await expectProblem(await remove(app, artifact_id), 410, 'gone');
  const rows = [{ f0: 1 }];
  await expectProblem(await app.api.post(`/artifacts/${artifact_id}/predict`, { rows }), 410, 'gone');
  const csv = { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'f0\n1\n' };
  await expectProblem(await app.api.call(`/artifacts/${artifact_id}/predict`, csv), 410, 'gone');
});

test('a failed run costs no model its place', async () => {
  await using app = await startTestApp({ MAX_MODEL_ARTIFACTS: '1' });
  const wine = await app.api.uploadFile('wine_train.csv');
  const bad = await app.api.upload('bad.csv', 'x,target\n1,a\n2,b\n3,a\n');
  const { artifact_id } = await app.api.train(wine.dataset_id);
  expect(await app.api.train(bad.dataset_id)).toMatchObject({ status: 'failed' });
  expect((await app.api.call(`/artifacts/${artifact_id}`)).status).toBe(200);
});
