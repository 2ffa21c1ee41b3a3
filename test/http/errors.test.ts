import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectProblem } from '../support/problem.ts';
import { exchange } from '../support/raw-http.ts';

const UNKNOWN = '019a9d3c-7f00-7000-8000-000000000000';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

describe('an address that does not exist is 404', () => {
  test.each([
    '/api/nothing',
    '/api/ml/v1/nothing',
    '/api/ml/v1/datasets/',
    `/api/ml/v1/datasets/${UNKNOWN}/nothing`,
    '/api/ml/v2/datasets',
    '/API/ML/V1/DATASETS',
    '/api/ml/v1/datasets/..%2f..%2f..%2fetc%2fpasswd',
    '/api/docs/../../package.json',
    '/api/docs/package.json',
  ])('%s', async (path) => {
    await expectProblem(await app.api.call(path), 404, 'not_found');
  });

  test.each(['/index.html', '/.env', '/package.json'])('%s', async (path) => {
    await expectProblem(await fetch(app.origin + path), 404, 'not_found');
  });
});

describe('an address that takes other methods is 405 and says which', () => {
  test.each([
    ['PUT', '/api/ml/v1/datasets', ['GET', 'HEAD']],
    ['GET', '/api/ml/v1/datasets/upload', null],
    ['PUT', `/api/ml/v1/datasets/${UNKNOWN}`, ['GET', 'PATCH', 'DELETE', 'HEAD']],
    ['POST', `/api/ml/v1/datasets/${UNKNOWN}/download`, ['GET', 'HEAD']],
    ['DELETE', '/api/ml/v1/training-runs', ['GET', 'POST', 'HEAD']],
    ['GET', `/api/ml/v1/training-runs/${UNKNOWN}/cancel`, ['POST']],
    ['GET', `/api/ml/v1/artifacts/${UNKNOWN}/predict`, ['POST']],
    ['GET', `/api/ml/v1/artifacts/${UNKNOWN}/predict/table`, ['POST']],
    ['POST', `/api/ml/v1/artifacts/${UNKNOWN}/drift`, ['GET', 'HEAD']],
    ['POST', '/api/health', ['GET', 'HEAD']],
    ['DELETE', '/api/openapi.json', ['GET', 'HEAD']],
  ])('%s %s', async (method, path, allowed) => {
    const response = await app.api.call(path, { method });
    if (allowed === null) {
      // It reads as the dataset called "upload".
      await expectProblem(response, 404, 'not_found');
      return;
    }
    const allow = response.headers.get('allow')?.split(', ').sort();
    await expectProblem(response, 405, 'method_not_allowed');
    expect(allow).toEqual([...allowed].sort());
  });

  test('and a method nobody knows is refused too', async () => {
    const answer = await exchange(
      app.origin,
      'PROPFIND /api/ml/v1/datasets HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer).toMatch(/\r\nallow: GET, HEAD\r\n/i);
    expect(answer).toContain('application/problem+json');
  });
});

describe('a malformed request is 400', () => {
  const raw = (target: string, headers = 'Host: localhost\r\n') =>
    exchange(app.origin, `GET ${target} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);

  test.each(['/api/ml/v1/datasets/%', '/api/ml/v1/datasets/%zz', '/api/ml/v1/datasets/%c3%28'])(
    'or at most 404 for the address %s',
    async (target) => {
      expect(await raw(target)).toMatch(/^HTTP\/1\.1 40[04] [\s\S]*application\/problem\+json/);
    },
  );

  test.each(['http://', '/api\\health', '*'])('for the address %s', async (target) => {
    expect(await raw(target)).toMatch(/^HTTP\/1\.1 40[04] [\s\S]*application\/problem\+json/);
  });

  test('for a Host header that is none', async () => {
    expect(await raw('/api/health', 'Host: a b/c?d\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json/,
    );
  });

  test.each(['{', '{"dataset_id":}', '\ufeff{"a":1}x', '{"__proto__":1', 'undefined'])(
    'for the JSON %j',
    async (body) => {
      const response = await app.api.call('/training-runs', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      await expectProblem(response, 400, 'invalid_request');
    },
  );

  test('for JSON nested beyond all reason', async () => {
    const response = await app.api.call('/training-runs', {
      method: 'POST',
      body: '['.repeat(100_000),
      headers: { 'content-type': 'application/json' },
    });
    await expectProblem(response, 400, 'invalid_request');
  });
});

test('a body larger than any training request is 413', async () => {
  const response = await app.api.post('/training-runs', { target: 'x'.repeat(3 * 1024 * 1024) });
  await expectProblem(response, 413, 'too_large');
});

describe('what fails on our side is told without a word about our insides', () => {
  test('storage that cannot be written is 503', async () => {
    const folder = join(app.root, 'objects');
    await rename(folder, `${folder}.away`);
    // A file in the folder's place: nothing can be made below it.
    const { writeFile, rm } = await import('node:fs/promises');
    await writeFile(folder, '');
    try {
      await expectProblem(await app.api.uploadRaw('a.csv', 'a,b\n1,2\n3,4\n'), 503, 'storage');
    } finally {
      await rm(folder);
      await rename(`${folder}.away`, folder);
    }
    expect((await app.api.uploadRaw('a.csv', 'a,b\n1,2\n3,4\n')).status).toBe(201);
  });

  test('a database that is gone is 503, for every address that needs it', async () => {
    await using broken = await startTestApp();
    await broken.app.database[Symbol.asyncDispose]();
    for (const path of [
      '/datasets',
      `/datasets/${UNKNOWN}`,
      '/training-runs',
      '/artifacts',
      '/metrics/summary',
    ])
      await expectProblem(await broken.api.call(path), 503, 'unavailable');
    await expectProblem(await broken.api.uploadRaw('a.csv', 'a,b\n1,2\n3,4\n'), 503, 'unavailable');
    await expectProblem(
      await broken.api.post('/training-runs', { dataset_id: UNKNOWN, mode: 'light' }),
      503,
      'unavailable',
    );
  });
});

test('CORS is off unless origins are named, and then for those alone', async () => {
  const preflight = (at: TestApp, origin: string) =>
    at.api.call('/training-runs', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
  const plain = await preflight(app, 'https://example.org');
  expect(plain.headers.get('access-control-allow-origin')).toBeNull();

  await using open = await startTestApp({ CORS__ALLOW_ORIGINS: '["https://example.org"]' });
  const allowed = await preflight(open, 'https://example.org');
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://example.org');
  expect(allowed.headers.get('access-control-allow-headers')).toMatch(/idempotency-key/i);
  const other = await preflight(open, 'https://evil.example');
  expect(other.headers.get('access-control-allow-origin')).toBeNull();

  const error = await open.api.call('/datasets/nonsense', { headers: { origin: 'https://example.org' } });
  expect(error.headers.get('access-control-allow-origin')).toBe('https://example.org');
  await expectProblem(error, 404, 'not_found');
});
