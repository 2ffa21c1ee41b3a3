import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROBES } from '../../src/vocabulary/probes.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectProblem } from '../support/problem.ts';

interface Parameter {
  readonly in: string;
  readonly name: string;
}
type Paths = Record<
  string,
  Record<string, { parameters?: Parameter[]; responses: Record<string, unknown>; requestBody?: unknown }>
>;

let app: TestApp;
/** Every operation that OpenAPI describes but the probes, at an address at which it is found. */
let operations: { method: string; path: string; known: string[]; responses: string[] }[];
beforeAll(async () => {
  app = await startTestApp();
  const { paths } = await app.api.json<{ paths: Paths }>(await app.api.call('/api/openapi.json'));
  const api = Object.entries(paths).filter(([path]) => path.startsWith('/api/ml/'));
  operations = api.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], responses }]) => ({
      method,
      path: path.replace('{version}', '1').replaceAll(/\{\w+\}/g, 'some'),
      known: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      responses: Object.keys(responses),
    })),
  );
});
afterAll(() => app[Symbol.asyncDispose]());

const ask = (path: string, method = 'GET') => app.api.call(path, { method });

describe('a query parameter that an address does not know', () => {
  test('is refused at every address, with those that it knows, as OpenAPI says', async () => {
    expect(operations.length).toBeGreaterThan(30);
    for (const { method, path, known, responses } of operations) {
      const detail = await expectProblem(
        await ask(`${path}?nonsense=1`, method.toUpperCase()),
        400,
        'invalid_request',
      );
      const instead = known.length > 0 ? `there is ${known.join(', ')}` : 'there is none here';
      expect([method, path, detail]).toEqual([
        method,
        path,
        `unknown query parameter "nonsense"; ${instead}`,
      ]);
      expect([method, path, responses]).toEqual([method, path, expect.arrayContaining(['400'])]);
    }
  });

  test.each([
    ['/datasets?limt=5', '"limt" (did you mean "limit"?)'],
    ['/datasets?LIMIT=5', '"LIMIT" (did you mean "limit"?)'],
    ['/training-runs?curser=x', '"curser" (did you mean "cursor"?)'],
    ['/metrics/trends?modus=light', '"modus" (did you mean "mode"?)'],
  ])('%s: is told from the one that was meant', async (path, says) => {
    expect(await expectProblem(await ask(path), 400, 'invalid_request')).toContain(says);
  });

  test('is named beside other faults, cut, and never one of many', async () => {
    const long = 'x'.repeat(1000);
    const many = Array.from({ length: 50 }, (_, i) => `zz${i}`);
    const path = `/datasets?limit=0&${[long, ...many].join('&')}`;
    const detail = await expectProblem(await ask(path), 400, 'invalid_request');
    expect(detail).toMatch(/limit: /);
    expect(detail).toContain(`"${'x'.repeat(100)}"`);
    expect(detail.length).toBeLessThan(500);
  });

  test('stores nothing of an upload and removes nothing', async () => {
    const before = await app.holdings();
    const body = 'a,b\n1,2\n3,4\n';
    const sent = app.api.call('/datasets/upload?mod=light&name=a.csv', { method: 'POST', body });
    expect(await expectProblem(await sent, 400, 'invalid_request')).toContain('did you mean "mode"?');
    await expectProblem(await ask('/datasets/expired?limits=1', 'DELETE'), 400, 'invalid_request');
    expect(await app.holdings()).toEqual(before);
  });

  test('an empty query is none', async () => {
    expect((await ask('/datasets?')).status).toBe(200);
  });

  test('of a probe is left alone', async () => {
    for (const path of Object.values(PROBES)) expect((await ask(`${path}?from=balancer`)).status).toBe(200);
  });
});

describe('a field that a body does not have', () => {
  test.each([
    ['/training-runs', { dataset: 'x', mode: 'light' }, '"dataset" (did you mean "dataset_id"?)'],
    ['/training-runs', { datasetId: 'x', mode: 'light' }, '"datasetId" (did you mean "dataset_id"?)'],
    ['/training-runs', { dataset_id: 'x', mode: 'light', epochs: 3 }, 'unknown field "epochs"; there is'],
    ['/artifacts/some/predict', { rows: [{}], row: 1 }, '"row" (did you mean "rows"?)'],
    ['/models/wine/versions', { artifact: 'x' }, '"artifact" (did you mean "artifact_id"?)'],
  ])('%s %j', async (path, body, says) => {
    expect(await expectProblem(await app.api.post(path, body), 400, 'invalid_request')).toContain(says);
  });
});

test('a target that is nearly a column is told from the column', async () => {
  const { dataset_id } = await app.api.upload('a.csv', `Price,b\n${'1,2\n3,4\n'.repeat(10)}`);
  const response = await app.api.post('/training-runs', { dataset_id, mode: 'light', target: 'price' });
  expect(await app.api.json(response.clone())).toMatchObject({ candidates: ['Price'] });
  expect(await expectProblem(response, 422, 'unusable_data')).toBe(
    'The dataset has no column "price"; did you mean "Price"?',
  );
});
