import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { dataFile, type Run } from '../support/client.ts';
import { keptModels } from '../support/kept-models.ts';
import { expectProblem } from '../support/problem.ts';
import { openRequest } from '../support/raw-http.ts';

type Json = Record<string, unknown>;
interface Page {
  items: Json[];
  next_cursor: string | null;
}

let app: TestApp;
let models: ReturnType<typeof keptModels>;
let datasetId: string;
const runs: Run[] = [];
beforeAll(async () => {
  app = await startTestApp({ MAX_MODEL_ARTIFACTS: '0' });
  models = keptModels(app.api);
  ({ dataset_id: datasetId } = await app.api.uploadFile('wine_train.csv'));
  for (let seed = 0; seed < 4; seed++) runs.push(await app.api.train(datasetId, { seed }));
});
afterAll(() => app[Symbol.asyncDispose]());

const artifact = (run: number) => (runs[run] as Run).artifact_id;
const get = async (path: string) => app.api.json(await app.api.call(path));
const remove = (path: string) => app.api.call(path, { method: 'DELETE' });
const history = async (name: string) =>
  (await app.api.json<Page>(await app.api.call(`/models/${name}/history`))).items;
const table = async () => (await readFile(dataFile('wine_test.csv'), 'utf8')).trim();
async function rowsOf(csv: string): Promise<Json[]> {
  const [header = '', ...lines] = csv.split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])));
}

describe('a name', () => {
  test('begins with its first version, whichever way the model is named, and counts them up', async () => {
    const first = await app.api.post('/models/wine/versions', { artifact_id: artifact(0) });
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe('/api/ml/v1/models/wine/versions/1');
    const version = await app.api.json(first);
    expect(version).toEqual({
      name: 'wine',
      version: 1,
      aliases: [],
      artifact_id: artifact(0),
      run_id: runs[0]?.id,
      dataset_id: datasetId,
      mode: 'light',
      task: 'classification',
      target: 'target',
      metrics: expect.objectContaining({ accuracy: runs[0]?.metrics.accuracy }),
      created_at: expect.stringMatching(/Z$/),
      predict_url: `${app.origin}/api/ml/v1/models/wine/versions/1/predict`,
    });
    expect(await get('/models/wine/versions/1')).toEqual(version);
    const second = await app.api.json(await app.api.post('/models/wine/versions', { run_id: runs[1]?.id }));
    expect(second).toMatchObject({ version: 2, artifact_id: artifact(1) });
    expect(await get('/models/wine')).toEqual({
      name: 'wine',
      tags: {},
      note: null,
      versions: 2,
      latest_version: 2,
      aliases: {},
      created_at: expect.stringMatching(/Z$/),
    });
  });

  test('takes a model once: sent again, the request answers with the version that it is', async () => {
    const again = await app.api.post('/models/wine/versions', { artifact_id: artifact(0) });
    expect([again.status, (await app.api.json(again))['version']]).toEqual([200, 1]);
    const elsewhere = await app.api.post('/models/wine.other/versions', { artifact_id: artifact(0) });
    expect(elsewhere.status).toBe(201);
    expect((await get(`/artifacts/${artifact(0)}`))['held_by']).toEqual([
      { name: 'wine', version: 1 },
      { name: 'wine.other', version: 1 },
    ]);
    const { items } = await app.api.json<Page>(await app.api.call('/artifacts'));
    expect(items.map(({ held_by }) => (held_by as Json[]).length)).toEqual([0, 0, 1, 2]);
  });

  test('is listed, newest first, in pages that join, and so are its versions and its history', async () => {
    expect(await models.register('wine', artifact(2))).toMatchObject({ version: 3 });
    for (const [path, key] of [
      ['/models', 'name'],
      ['/models/wine/versions', 'version'],
      ['/models/wine/history', 'to_version'],
    ] as const) {
      const all = await app.api.json<Page>(await app.api.call(path));
      expect(all.next_cursor).toBeNull();
      const first = await app.api.json<Page>(await app.api.call(`${path}?limit=1`));
      const rest = await app.api.json<Page>(await app.api.call(`${path}?cursor=${first.next_cursor}`));
      expect([...first.items, ...rest.items]).toEqual(all.items);
      expect(all.items.map((item) => item[key])).toEqual(key === 'name' ? ['wine.other', 'wine'] : [3, 2, 1]);
      await expectProblem(await app.api.call(`${path}?cursor=nonsense`), 400, 'invalid_request');
    }
  });

  test.each(['-wine', '.wine', 'a b', 'wine%2Fred', 'wine%40home', 'é', 'x'.repeat(101)])(
    'can not be %j',
    async (name) => {
      const answer = await app.api.post(`/models/${name}/versions`, { artifact_id: artifact(0) });
      expect(await expectProblem(answer, 400, 'invalid_request')).toContain('name: must be 1 to 100 letters');
    },
  );

  test.each([
    ['nothing', {}],
    ['both', { artifact_id: 'a', run_id: 'b' }],
    ['a key that nobody knows', { artifact_id: 'a', stage: 'production' }],
    ['a number', { artifact_id: 7 }],
  ])('takes no version from %s', async (_what, body) => {
    await expectProblem(await app.api.post('/models/wine/versions', body), 400, 'invalid_request');
  });

  test('takes no model that is not there, and none of a run that made none', async () => {
    const nobody = '019a9d3c-7f00-7000-8000-000000000000';
    for (const body of [{ artifact_id: nobody }, { artifact_id: 'nonsense' }, { run_id: nobody }])
      await expectProblem(await app.api.post('/models/nothing/versions', body), 404, 'not_found');
    const bad = await app.api.upload('bad.csv', 'x,target\n1,a\n2,b\n3,a\n');
    const { id } = await app.api.train(bad.dataset_id);
    const refused = await app.api.post('/models/nothing/versions', { run_id: id });
    expect(await expectProblem(refused, 409, 'conflict')).toContain('failed');
    await expectProblem(await app.api.call('/models/nothing'), 404, 'not_found');
  });
});

describe('an alias', () => {
  test('is promoted and rolled back, and each step is written down: who, when, from, to', async () => {
    const since = Date.now();
    expect(await models.promote('wine', 'production', 1)).toMatchObject({
      version: 1,
      aliases: ['production'],
    });
    expect(await models.promote('wine', 'production', 3)).toMatchObject({ artifact_id: artifact(2) });
    expect(await models.promote('wine', 'production', 2)).toMatchObject({ artifact_id: artifact(1) });
    // Nothing changes, and nothing is written.
    await models.promote('wine', 'production', 2);
    expect(await models.promote('wine', 'canary', 2)).toMatchObject({ aliases: ['canary', 'production'] });
    expect((await remove('/models/wine/aliases/canary')).status).toBe(204);
    expect(await get('/models/wine')).toMatchObject({ aliases: { production: 2 } });

    const lines = (await history('wine')).slice(0, 5).reverse();
    const alias = 'production';
    expect(lines.map(({ at: _, ...line }) => line)).toEqual(
      [
        { change: 'alias_assigned', alias, from_version: null, to_version: 1, artifact_id: artifact(0) },
        { change: 'alias_promoted', alias, from_version: 1, to_version: 3, artifact_id: artifact(2) },
        { change: 'alias_rolled_back', alias, from_version: 3, to_version: 2, artifact_id: artifact(1) },
        {
          change: 'alias_assigned',
          alias: 'canary',
          from_version: null,
          to_version: 2,
          artifact_id: artifact(1),
        },
        {
          change: 'alias_removed',
          alias: 'canary',
          from_version: 2,
          to_version: null,
          artifact_id: artifact(1),
        },
      ].map((line) => ({ ...line, by: 'local', trace_id: null })),
    );
    for (const { at } of lines) expect(Date.parse(at as string)).toBeGreaterThanOrEqual(since);
  });

  test.each(['3', 'v3', 'V12', 'latest', 'Latest', '_x', '__proto__', 'a%20b', 'x'.repeat(101)])(
    'can not be %j: none is to look like a version',
    async (alias) => {
      const problem = await expectProblem(await models.setAlias('wine', alias, 1), 400, 'invalid_request');
      expect(problem).toContain('alias: must be');
    },
  );

  test('stands for a version that is there, or for none', async () => {
    for (const version of [0, -1, 1.5, '1', null])
      await expectProblem(await models.setAlias('wine', 'staging', version), 400, 'invalid_request');
    await expectProblem(await models.setAlias('wine', 'staging', 99), 404, 'not_found');
    await expectProblem(await models.setAlias('nobody', 'staging', 1), 404, 'not_found');
    await expectProblem(await remove('/models/wine/aliases/staging'), 404, 'not_found');
    expect(await get('/models/wine')).toMatchObject({ aliases: { production: 2 } });
  });
});

describe('a model is called by its name', () => {
  const addresses = ['/models/wine@production', '/models/wine/versions/2'];

  test.each(addresses)(
    '%s: rows and tables are answered as by its artifact, with the version',
    async (address) => {
      const csv = await table();
      const rows = await rowsOf(csv);
      const accept = 'application/x-ndjson';
      const asked = async (path: string) => [
        await app.api.post(`${path}/predict`, { rows }),
        ...(await Promise.all(
          ['/predict', '/predict/table'].map((place) =>
            app.api.call(path + place, {
              method: 'POST',
              body: csv,
              headers: { 'content-type': 'text/csv', accept },
            }),
          ),
        )),
      ];
      const byName = await asked(address);
      const byArtifact = await asked(`/artifacts/${artifact(1)}`);
      for (const [i, answer] of byName.entries()) {
        expect([answer.status, answer.headers.get('model-version')]).toEqual([200, '2']);
        expect(answer.headers.get('content-type')).toBe(byArtifact[i]?.headers.get('content-type'));
        expect(await answer.text()).toBe(await byArtifact[i]?.text());
      }
    },
  );

  test.each(addresses)('%s: what is refused is refused in the same words', async (address) => {
    const call = (path: string, type: string, body: string) =>
      app.api.call(path, { method: 'POST', headers: { 'content-type': type }, body });
    for (const [type, body] of [
      ['application/json', '{"rows":[{"f0":1}]}'],
      ['application/json', '{"rows":[]}'],
      ['text/csv', 'f0\n1\n'],
      ['image/png', 'x'],
    ] as const) {
      const [byName, byArtifact] = await Promise.all(
        [address, `/artifacts/${artifact(1)}`].map((path) => call(`${path}/predict`, type, body)),
      );
      expect(byName?.status).toBeGreaterThanOrEqual(400);
      expect([byName?.status, await byName?.json()]).toEqual([byArtifact?.status, await byArtifact?.json()]);
    }
  });

  test('what stands for nothing says so', async () => {
    const rows = [{ f0: 1 }];
    const detail = async (path: string, status: number, code: 'not_found' | 'invalid_request') =>
      expectProblem(await app.api.post(path, { rows }), status, code);
    expect(await detail('/models/wine@staging/predict', 404, 'not_found')).toContain('"staging"');
    expect(await detail('/models/wine/versions/99/predict', 404, 'not_found')).toContain('99');
    expect(await detail('/models/beer@production/predict', 404, 'not_found')).toContain('no such model');
    expect(await detail('/models/wine/versions/x/predict', 400, 'invalid_request')).toContain('version');
    expect(await detail('/models/wine@3/predict', 400, 'invalid_request')).toContain('alias');
    expect(await detail('/models/wine/predict', 400, 'invalid_request')).toContain('{name}@{alias}');
  });

  test('the next prediction after a promotion is of the new version', async () => {
    const rows = (await rowsOf(await table())).slice(0, 1);
    for (const version of [1, 2, 3, 1, 3, 2]) {
      await models.promote('wine', 'production', version);
      const answer = await app.api.post('/models/wine@production/predict', { rows });
      expect([answer.status, answer.headers.get('model-version')]).toEqual([200, String(version)]);
    }
  });
});

test('a table whose version is removed while it arrives is asked for again, or answered by the one in its place', async () => {
  const spare = await app.api.train(datasetId, { seed: 9 });
  await models.register('spare', spare.artifact_id);
  await models.register('spare', artifact(0));
  await models.promote('spare', 'production', 1);
  const { request, response } = openRequest(
    `${app.origin}/api/ml/v1/models/spare@production/predict`,
    'POST',
    { 'content-type': 'text/csv' },
  );
  const csv = await table();
  request.write(csv.slice(0, 100));
  await models.promote('spare', 'production', 2);
  for (const path of ['/models/spare/versions/1', `/artifacts/${spare.artifact_id}`])
    expect((await remove(path)).ok).toBe(true);
  request.end(csv.slice(100));
  const answer = await response;
  if (answer.status === 503) await expectProblem(answer, 503, 'unavailable');
  else expect([answer.status, answer.headers.get('model-version')]).toEqual([200, '2']);
  for (const path of ['/models/spare/aliases/production', '/models/spare'])
    expect((await remove(path)).status).toBe(204);
});

describe('what a name holds stays', () => {
  test('its artifact is not removed, and says which version holds it', async () => {
    const problem = await expectProblem(await remove(`/artifacts/${artifact(2)}`), 409, 'conflict');
    expect(problem).toContain('version 3 of "wine"');
    expect((await app.api.call(`/artifacts/${artifact(2)}`)).status).toBe(200);
  });

  test('a version that an alias stands for is not removed, and neither is its name', async () => {
    for (const path of ['/models/wine/versions/2', '/models/wine'])
      expect(await expectProblem(await remove(path), 409, 'conflict')).toContain('production');
  });

  test('a version that no alias stands for is let go; its number is not given again', async () => {
    expect((await remove('/models/wine/versions/3')).status).toBe(204);
    await expectProblem(await app.api.call('/models/wine/versions/3'), 404, 'not_found');
    await expectProblem(await remove('/models/wine/versions/3'), 404, 'not_found');
    expect(await models.register('wine', artifact(3))).toMatchObject({ version: 4 });
    expect(await models.register('wine', artifact(2))).toMatchObject({ version: 5 });
    expect(await get('/models/wine')).toMatchObject({ versions: 4, latest_version: 5 });
    expect((await history('wine'))[2]).toMatchObject({
      change: 'version_removed',
      from_version: 3,
      to_version: null,
      artifact_id: artifact(2),
    });
    await remove('/models/wine/versions/5');
    expect((await remove(`/artifacts/${artifact(2)}`)).status).toBe(200);
  });

  test('a name without aliases goes with its versions; its history stays, and its numbers go on', async () => {
    await remove('/models/wine/aliases/production');
    expect((await remove('/models/wine')).status).toBe(204);
    for (const path of ['/models/wine', '/models/wine/versions', '/models/wine/versions/1'])
      await expectProblem(await app.api.call(path), 404, 'not_found');
    await expectProblem(await remove('/models/wine'), 404, 'not_found');
    expect((await history('wine'))[0]).toMatchObject({ change: 'model_removed', alias: null });
    expect((await get(`/artifacts/${artifact(0)}`))['held_by']).toEqual([{ name: 'wine.other', version: 1 }]);
    expect(await models.register('wine', artifact(0))).toMatchObject({ version: 6 });
    await expectProblem(await app.api.call('/models/beer/history'), 404, 'not_found');
  });
});

test('the retention keeps what a name holds and beside it the newest; what it let go goes, and is 410 in every address', async () => {
  await using limited = await startTestApp({ MAX_MODEL_ARTIFACTS: '1' });
  const { register, promote } = keptModels(limited.api);
  const { dataset_id } = await limited.api.uploadFile('wine_train.csv');
  const train = (seed: number) => limited.api.train(dataset_id, { seed });
  const listed = async () => {
    const { items } = await limited.api.json<Page>(await limited.api.call('/artifacts'));
    return items.map(({ id }) => id);
  };
  const old = await train(0);
  await register('wine', old.artifact_id);
  await promote('wine', 'production', 1);
  const [second, third] = [await train(1), await train(2)];
  expect(await listed()).toEqual([third.artifact_id, old.artifact_id]);
  const refused = await limited.api.post('/models/wine/versions', { run_id: second.id });
  await expectProblem(refused, 410, 'gone');
  await expectProblem(
    await limited.api.post('/models/wine/versions', { artifact_id: second.artifact_id }),
    410,
    'gone',
  );

  await register('wine', third.artifact_id);
  await promote('wine', 'production', 2);
  await limited.api.call('/models/wine/versions/1', { method: 'DELETE' });
  // Let go, it stays until the next run is stored.
  expect(await listed()).toEqual([third.artifact_id, old.artifact_id]);
  const last = await train(3);
  expect(await listed()).toEqual([last.artifact_id, third.artifact_id]);
  await expectProblem(await limited.api.call(`/artifacts/${old.artifact_id}`), 410, 'gone');
  expect(await limited.api.run(old.id)).toMatchObject({
    artifact_id: null,
    artifact_removed_by: 'retention',
  });
  expect(await limited.api.run(third.id)).toMatchObject({
    artifact_id: third.artifact_id,
    artifact_removed_at: null,
    artifact_removed_by: null,
  });
});
