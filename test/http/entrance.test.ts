import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const ENTRANCES = ['/', '/api', '/api/ml/v1'];

test.each(ENTRANCES)('%s tells where to go on, by addresses that are there', async (path) => {
  const response = await fetch(app.origin + path);
  expect(response.status).toBe(200);
  const { name, version, ...addresses } = (await response.json()) as Record<string, string>;
  expect([name, version]).toEqual(['mlops-backend', expect.stringMatching(/^\d+\.\d+\.\d+/)]);
  // Without telemetry there are no metrics to lead to.
  expect(Object.keys(addresses)).toEqual(['console_url', 'api_url', 'docs_url', 'openapi_url', 'health_url']);
  for (const address of Object.values(addresses))
    expect([address, (await fetch(address)).status]).toEqual([address, 200]);
});

test.each(ENTRANCES.slice(1))('%s leads a browser to the documentation', async (path) => {
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const response = await fetch(app.origin + path, { headers, redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([302, '/api/docs']);
  expect(response.headers.get('vary')).toBe('Accept');
  expect(await (await fetch(app.origin + path, { headers })).text()).toContain('swagger-ui');
});

test('/ is the console for a browser, and never kept without asking', async () => {
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const response = await fetch(app.origin, { headers, redirect: 'manual' });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('vary')).toBe('Accept');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(await response.text()).toContain('<div id="app">');
});

test('a worker leads to its health alone', async () => {
  await using worker = await startTestApp({ ROLE: 'worker' });
  const response = await fetch(worker.origin, { headers: { accept: 'text/html' } });
  expect(await response.json()).toEqual({
    name: 'mlops-backend',
    version: expect.any(String),
    health_url: `${worker.origin}/api/health`,
  });
});
