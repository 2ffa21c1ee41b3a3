import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Exposition } from './exposition-reader.ts';
import { Fixture } from './fixture-client.ts';

const HISTOGRAMS = [
  'http_server_request_duration_seconds',
  'http_server_request_body_size_bytes',
  'http_server_response_body_size_bytes',
] as const;

/** Counts of one status and route in each of the three histograms, which must agree. */
function counts(exposition: Exposition, labels: Record<string, string>) {
  return HISTOGRAMS.map((name) => exposition.sum(`${name}_count`, labels));
}

/** Whoever makes the spans, the metrics are made by one and the same. */
describe.each([
  ['with spans that go nowhere', {}],
  ['with spans that are exported', { OTEL_TRACES_EXPORTER: 'console' }],
])('%s', (_spans, environment: Record<string, string>) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await Fixture.start(environment);
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  describe('http_route', () => {
    test.each([
      ['a route without parameters', '/plain', '/plain', 200],
      ['a route with a parameter', '/items/42', '/items/:id', 200],
      ['a mounted route', '/mounted/things/7', '/mounted/things/:thing', 200],
      ['a mounted route that throws', '/mounted/throws', '/mounted/throws', 500],
      ['a route that throws', '/throws/1', '/throws/:id', 500],
      ['a route behind a middleware that refuses', '/private/1', '/private/:id', 401],
      ['a route whose handler finds nothing', '/missing/1', '/missing/:id', 404],
    ])('is the template of %s', async (_, path, route, status) => {
      expect((await fixture.get(path)).status).toBe(status);

      const labels = {
        http_request_method: 'GET',
        http_route: route,
        http_response_status_code: String(status),
      };
      expect(counts(await fixture.scrape(), labels)).toEqual([1, 1, 1]);
    });

    test('is absent where no route matches', async () => {
      expect((await fixture.get('/nowhere')).status).toBe(404);

      const samples = (await fixture.scrape()).samples('http_server_request_duration_seconds_count');
      expect(
        samples.map(({ labels }) => labels).filter(({ http_route }) => http_route === undefined),
      ).toEqual([{ http_request_method: 'GET', http_response_status_code: '404' }]);
    });
  });

  test('error_type is the status of an answer of 500 and above, and absent below', async () => {
    await fixture.get('/unavailable');
    await fixture.get('/plain');

    const samples = (await fixture.scrape()).samples('http_server_request_duration_seconds_count');
    const errorTypeOf = (route: string) => {
      const labels = samples.map((sample) => sample.labels).find(({ http_route }) => http_route === route);
      const { error_type } = labels ?? {};
      return error_type;
    };
    expect(errorTypeOf('/unavailable')).toBe('503');
    expect(errorTypeOf('/plain')).toBeUndefined();
  });

  test('a method outside HTTP’s own is _OTHER in every HTTP metric', async () => {
    expect(await fixture.status('PROPFIND', '/plain')).toBe(404);

    const exposition = await fixture.scrape();
    const labels = { http_request_method: '_OTHER', http_response_status_code: '404' };
    expect(counts(exposition, labels)).toEqual([1, 1, 1]);
    expect(exposition.value('http_server_active_requests', { http_request_method: '_OTHER' })).toBe(0);
  });

  test('body sizes are exact, in bytes and not characters, for whole and for streamed bodies', async () => {
    const sent = randomBytes(300_000);
    await fetch(`${fixture.origin}/echo/70000`, { method: 'POST', body: sent });
    const streamed = await fixture.get('/stream/40');
    expect((await streamed.arrayBuffer()).byteLength).toBe(40_000);

    const exposition = await fixture.scrape();
    const sum = (direction: string, http_route: string) =>
      exposition.sum(`http_server_${direction}_body_size_bytes_sum`, { http_route });
    expect(sum('request', '/echo/:bytes')).toBe(300_000);
    expect(sum('response', '/echo/:bytes')).toBe(70_000);
    expect(sum('request', '/stream/:chunks')).toBe(0);
    expect(sum('response', '/stream/:chunks')).toBe(40_000);
  });

  test('an answer to HEAD counts no body', async () => {
    const request = fixture.request('HEAD', '/items/1').end();
    const [response] = await once(request, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);

    const exposition = await fixture.scrape();
    const labels = {
      http_request_method: 'HEAD',
      http_response_status_code: '200',
      http_route: '/items/:id',
    };
    expect(exposition.value('http_server_response_body_size_bytes_count', labels)).toBe(1);
    expect(exposition.value('http_server_response_body_size_bytes_sum', labels)).toBe(0);
  });

  test('a client that hangs up before the answer is 499 under its route', async () => {
    await fixture.hangUp();
    const exposition = await fixture.scrape();
    expect(counts(exposition, { http_response_status_code: '499', http_route: '/held/:id' })).toEqual([
      1, 1, 1,
    ]);
    expect(counts(exposition, { http_response_status_code: '200', http_route: '/held/:id' })).toEqual([
      0, 0, 0,
    ]);
  });

  test('the bytes received before an upload is cut short are counted, under 499', async () => {
    const request = fixture.request('POST', '/echo/1');
    request.on('error', () => {});
    request.setHeader('content-length', 1_000_000);
    await new Promise((sent) => request.write(randomBytes(1000), sent));
    const labels = { http_response_status_code: '499', http_route: '/echo/:bytes' };
    await expect.poll(async () => (await fixture.scrape()).sum('http_server_active_requests')).toBe(1);
    request.destroy();

    await expect.poll(async () => counts(await fixture.scrape(), labels)).toEqual([1, 1, 1]);
    expect((await fixture.scrape()).sum('http_server_request_body_size_bytes_sum', labels)).toBe(1000);
  });

  test('http_server_active_requests counts the requests in flight and returns to 0', async () => {
    const held = fixture.event('held');
    const response = fixture.get('/held/2');
    await held;
    expect(
      (await fixture.scrape()).value('http_server_active_requests', { http_request_method: 'GET' }),
    ).toBe(1);
    await fixture.command('release');
    await response;
    expect(
      (await fixture.scrape()).value('http_server_active_requests', { http_request_method: 'GET' }),
    ).toBe(0);
  });

  /** Sends raw bytes on one connection; resolves to all that came back when `answers` status lines have. */
  async function converse(bytes: string, answers: number): Promise<string> {
    const { port } = new URL(fixture.origin);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(bytes);
    let received = '';
    for await (const chunk of socket) {
      received += String(chunk);
      if (received.match(/HTTP\/1\.1 [2-5]/g)?.length === answers) break;
    }
    return received;
  }

  test.each([
    ['requests of one connection', 'GET /items/1 HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3), '/items/:id', 3],
    [
      'a request that asks whether to go on',
      'POST /echo/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx',
      '/echo/:bytes',
      1,
    ],
    [
      'a request for another protocol, which nobody speaks',
      'GET /items/1 HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
      '/items/:id',
      1,
    ],
  ])('%s, sent at once, are each counted once', async (_what, bytes, http_route, times) => {
    const labels = { http_response_status_code: '200', http_route };
    const before = counts(await fixture.scrape(), labels);
    await converse(bytes, times);
    await expect
      .poll(async () => counts(await fixture.scrape(), labels))
      .toEqual(before.map((count) => count + times));
  });

  test('the scrape itself is not counted, with or without a query', async () => {
    await fixture.get('/plain');
    const before = await fixture.scrape();
    await fixture.get('/metrics');
    await fixture.get('/metrics?name=up');
    const after = await fixture.scrape();

    for (const name of HISTOGRAMS) expect(after.sum(`${name}_count`)).toBe(before.sum(`${name}_count`));
  });

  test('two hundred random paths and methods leave the number of HTTP series as it is', async () => {
    const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'PURGE', 'MKCOL', 'LOCK', 'UNLINK'];
    for (const method of methods) await fixture.status(method, '/nowhere');
    const before = (await fixture.scrape()).series('http_server_');

    for (let i = 0; i < 200; i++) {
      const path = `/${randomBytes(8).toString('hex')}/${i}?q=${randomBytes(4).toString('hex')}`;
      await fixture.status(methods[i % methods.length] ?? 'GET', path);
    }

    const after = await fixture.scrape();
    expect(after.series('http_server_')).toEqual(before);
    expect(
      after.sum('http_server_request_duration_seconds_count', { http_response_status_code: '404' }),
    ).toBeGreaterThan(200);
  });

  test('the three histograms of HTTP agree on every series', async () => {
    const exposition = await fixture.scrape();
    const [durations, ...sizes] = HISTOGRAMS.map((name) =>
      exposition
        .samples(`${name}_count`)
        .map(({ labels: { error_type: _, ...labels }, value }) =>
          JSON.stringify([Object.entries(labels).sort(), value]),
        )
        .sort(),
    );
    for (const size of sizes) expect(size).toEqual(durations);
  });
});
