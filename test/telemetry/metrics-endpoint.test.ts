import { gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { expect, test, vi } from 'vitest';
import { type MetricsEndpointOptions, metricsHandler } from '../../src/telemetry/metrics-endpoint.ts';
import type { Scrape } from '../../src/telemetry/running.ts';

const refuse = () => new Response('refused', { status: 503 });

function appWith(options: Partial<MetricsEndpointOptions>) {
  const handler = metricsHandler({ onError: refuse, onIncomplete: () => undefined, ...options });
  if (handler === undefined) throw new Error('no handler');
  return new Hono().get('/metrics', handler);
}

const whole: Scrape = { write: (format) => Buffer.from(`in ${format}\n`), failures: [] };
const scrape = () => Promise.resolve(whole);

test('there is no handler when telemetry is off', () => {
  expect(metricsHandler({ onError: refuse, onIncomplete: () => undefined })).toBeUndefined();
});

test('scrapes that overlap share one collection, the next one starts another', async () => {
  const { promise, resolve } = Promise.withResolvers<Scrape>();
  const collect = vi.fn(() => promise);
  const app = appWith({ scrape: collect });

  const first = app.request('/metrics');
  const second = app.request('/metrics');
  resolve(whole);
  expect(await (await first).text()).toBe('in text\n');
  expect(await (await second).text()).toBe('in text\n');
  expect(collect).toHaveBeenCalledTimes(1);

  await app.request('/metrics');
  expect(collect).toHaveBeenCalledTimes(2);
});

test('a collection that never ends is answered 503, and the next scrape is not stuck behind it', async () => {
  const onError = vi.fn(refuse);
  const collect = vi.fn(scrape).mockReturnValueOnce(new Promise(() => {}));
  const app = appWith({ scrape: collect, limitMs: 1, onError });

  expect((await app.request('/metrics')).status).toBe(503);
  expect(onError).toHaveBeenCalledTimes(1);
  expect((await app.request('/metrics')).status).toBe(200);
});

test.each([
  ['rejects', () => Promise.reject(new Error('secret detail'))],
  [
    'throws',
    () => {
      throw new Error('secret detail');
    },
  ],
])('a collection that %s is answered as the service answers, who is told why', async (_, fail) => {
  const onError = vi.fn(refuse);
  const response = await appWith({ scrape: fail, onError }).request('/metrics');
  expect([response.status, await response.text()]).toEqual([503, 'refused']);
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'secret detail' }));
});

test('a collection that lacks something is answered with the rest, and each reason is told', async () => {
  const onIncomplete = vi.fn();
  const failures = [new Error('one'), new Error('two')];
  const app = appWith({ scrape: () => Promise.resolve({ ...whole, failures }), onIncomplete });

  const response = await app.request('/metrics');
  expect([response.status, await response.text()]).toEqual([200, 'in text\n']);
  expect(onIncomplete.mock.calls).toEqual(failures.map((failure) => [failure]));
});

test.each([
  ['text/plain', 'text/plain; version=0.0.4; charset=utf-8', 'text'],
  [
    'application/openmetrics-text',
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
    'openmetrics',
  ],
  [
    'application/vnd.google.protobuf',
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
    'protobuf',
  ],
])('who asks for %s gets it, packed or not, and is told so', async (accept, contentType, format) => {
  for (const encoding of ['gzip', 'identity']) {
    const headers = { accept, 'accept-encoding': encoding };
    const response = await appWith({ scrape }).request('/metrics', { headers });
    expect(response.headers.get('content-type')).toBe(contentType);
    const body = Buffer.from(await response.arrayBuffer());
    expect((encoding === 'gzip' ? gunzipSync(body) : body).toString()).toBe(`in ${format}\n`);
  }
});

test('scrapes in several formats that overlap share one collection, and each gets its own format', async () => {
  const { promise, resolve } = Promise.withResolvers<Scrape>();
  const collect = vi.fn(() => promise);
  const app = appWith({ scrape: collect });
  const first = app.request('/metrics', { headers: { accept: 'text/plain' } });
  const second = app.request('/metrics', { headers: { accept: 'application/openmetrics-text' } });
  resolve(whole);
  expect(await (await first).text()).toBe('in text\n');
  expect(await (await second).text()).toBe('in openmetrics\n');
  expect(collect).toHaveBeenCalledTimes(1);
});

test('a page that cannot be written is answered as the service answers', async () => {
  const onError = vi.fn(refuse);
  const write = () => {
    throw new Error('secret detail');
  };
  const app = appWith({ scrape: () => Promise.resolve({ write, failures: [] }), onError });
  expect((await app.request('/metrics')).status).toBe(503);
  expect(onError).toHaveBeenCalledTimes(1);
});

test.each([
  ['gzip', true],
  ['deflate, gzip;q=0.5', true],
  ['*', true],
  ['GZIP', true],
  ['gzip;q=0', false],
  ['gzip; q=0, *', false],
  ['deflate, br', false],
  ['identity, gzip;q=0.5', false],
  ['gzip;q=0.5, identity;q=0.5', true],
  ['identity;q=0, *', true],
  ['gzip;q=0, br', false],
  ['', false],
])('accept-encoding "%s" gets gzip: %s', async (acceptEncoding, compressed) => {
  const response = await appWith({ scrape }).request('/metrics', {
    headers: { 'accept-encoding': acceptEncoding },
  });
  expect(response.headers.get('vary')).toBe('Accept, Accept-Encoding');
  expect(response.headers.get('content-encoding')).toBe(compressed ? 'gzip' : null);
  const body = Buffer.from(await response.arrayBuffer());
  expect((compressed ? gunzipSync(body) : body).toString()).toBe('in text\n');
});
