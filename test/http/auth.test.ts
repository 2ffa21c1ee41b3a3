import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { client } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';
import { openRequest } from '../support/raw-http.ts';

const KEY = 'correct-horse-battery-staple';
const UNKNOWN = '019a9d3c-7f00-7000-8000-000000000000';

describe('with AUTH__MODE=keys', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ AUTH__MODE: 'keys', AUTH__ADMIN_KEY: KEY });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const PROTECTED: [method: string, path: string][] = [
    ['POST', '/datasets/upload?name=a.csv'],
    ['GET', '/datasets'],
    ['GET', `/datasets/${UNKNOWN}`],
    ['GET', `/datasets/${UNKNOWN}/download`],
    ['DELETE', `/datasets/${UNKNOWN}`],
    ['DELETE', '/datasets/expired'],
    ['POST', '/training-runs'],
    ['GET', '/training-runs'],
    ['GET', `/training-runs/${UNKNOWN}`],
    ['GET', `/training-runs/${UNKNOWN}/events`],
    ['POST', `/training-runs/${UNKNOWN}/cancel`],
    ['GET', '/artifacts'],
    ['GET', `/artifacts/${UNKNOWN}`],
    ['GET', `/artifacts/${UNKNOWN}/download`],
    ['GET', `/artifacts/${UNKNOWN}/card`],
    ['GET', `/artifacts/${UNKNOWN}/drift`],
    ['DELETE', `/artifacts/${UNKNOWN}`],
    ['POST', `/artifacts/${UNKNOWN}/predict`],
    ['POST', `/artifacts/${UNKNOWN}/predict/table`],
    ['GET', '/metrics/trends'],
    ['GET', '/metrics/summary'],
    ['GET', '/what-does-not-exist'],
  ];
  test.each(PROTECTED)('%s %s without a key is 401 and says what to send', async (method, path) => {
    const response = await client(app.origin).call(path, { method });
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await expectProblem(response, 401, 'unauthorized')).toContain('Bearer');
  });

  test.each([
    ['a wrong key', 'Bearer wrong-horse-battery-staple'],
    ['a part of the key', `Bearer ${KEY.slice(0, -1)}`],
    ['the key and more', `Bearer ${KEY}x`],
    ['another scheme', `Basic ${Buffer.from(`admin:${KEY}`).toString('base64')}`],
    ['the key without a scheme', KEY],
    ['no key after the scheme', 'Bearer '],
  ])('%s is 401', async (_what, authorization) => {
    const response = await client(app.origin).call('/datasets', { headers: { authorization } });
    await expectProblem(response, 401, 'unauthorized');
  });

  test('a key in the address is no key', async () => {
    const response = await client(app.origin).call(`/datasets?key=${KEY}&access_token=${KEY}`);
    await expectProblem(response, 401, 'unauthorized');
  });

  test('the key opens everything; its scheme may be written in any case', async () => {
    expect((await app.api.call('/datasets')).status).toBe(200);
    const response = await client(app.origin).call('/datasets', {
      headers: { authorization: `bEARER ${KEY}` },
    });
    expect(response.status).toBe(200);
    const { dataset_id } = await app.api.uploadFile('wine_train.csv');
    expect(await app.api.train(dataset_id)).toMatchObject({ status: 'succeeded' });
  });

  test('an upload without a key is refused before it is sent, and leaves nothing', async () => {
    const before = await app.holdings();
    const { request, response } = openRequest(`${app.origin}/api/ml/v1/datasets/upload?name=a.csv`, 'POST');
    request.write('a,b\n1,2\n');
    await expectProblem(await response, 401, 'unauthorized');
    request.destroy();
    expect(await app.holdings()).toEqual(before);
  });

  test.each(['/api/health', '/api/ready', '/api/docs', '/api/docs/swagger-ui.css', '/api/openapi.json'])(
    '%s stays open',
    async (path) => {
      expect((await client(app.origin).call(path)).status).toBe(200);
    },
  );

  test('the description tells clients how to authenticate', async () => {
    const document = await app.api.json(await app.api.call('/api/openapi.json'));
    expect(document).toMatchObject({
      security: [{ bearer: [] }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    });
  });
});

test('with AUTH__MODE=none no key is asked for, and one that is sent does no harm', async () => {
  await using app = await startTestApp();
  expect((await client(app.origin).call('/datasets')).status).toBe(200);
  expect((await client(app.origin, 'any-key-at-all').call('/datasets')).status).toBe(200);
  expect(await app.api.json(await app.api.call('/api/openapi.json'))).not.toHaveProperty('security');
});
