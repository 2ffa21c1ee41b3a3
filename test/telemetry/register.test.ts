import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Exposition } from './exposition-reader.ts';
import { Fixture } from './fixture-client.ts';

const SDK_OR_INSTRUMENTATION =
  /node_modules\/(@opentelemetry\/(sdk|instrumentation|auto-instrumentations|exporter)|import-in-the-middle)/;

interface Trace {
  readonly span: { readonly traceId: string; readonly spanId: string };
  readonly log: Readonly<Record<string, unknown>>;
}
const traceOf = async (fixture: Fixture, headers = {}) =>
  (await (await fixture.get('/trace', headers)).json()) as Trace;

describe('with nothing configured', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await Fixture.start();
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  test('target_info says what is scraped and by which SDK it is measured, and nothing else', async () => {
    const [info] = (await fixture.scrape()).samples('target_info');
    expect(info).toEqual({
      name: 'target_info',
      value: 1,
      labels: {
        service_name: 'mlops-backend',
        service_version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        service_instance_id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
        mlops_role: 'all',
        telemetry_sdk_name: 'opentelemetry',
        telemetry_sdk_language: 'nodejs',
        telemetry_sdk_version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      },
    });
  });

  test('a scrape is gzip when it asks for that, with the same families', async () => {
    const request = fixture.request('GET', '/metrics');
    request.setHeader('accept-encoding', 'gzip');
    const [response] = await once(request.end(), 'response');
    expect(response.headers['content-encoding']).toBe('gzip');

    const unpacked = new Exposition(gunzipSync(await buffer(response)).toString());
    const plain = await fixture.get('/metrics', { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const { families } = new Exposition(await plain.text());
    expect([...families.keys()]).toEqual(expect.arrayContaining([...unpacked.families.keys()]));
  });

  test('a request has a real trace id, and so have its log lines', async () => {
    const first = await traceOf(fixture);
    const second = await traceOf(fixture);

    expect(first.span.traceId).toMatch(/^(?!0{32})[\da-f]{32}$/);
    expect(second.span.traceId).not.toBe(first.span.traceId);
    expect(first.log).toMatchObject({ trace_id: first.span.traceId, span_id: first.span.spanId });
  });

  test('a request continues its caller’s trace', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect((await traceOf(fixture, { traceparent })).span.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  test('a worker thread, which inherits --import, starts no telemetry of its own', async () => {
    const described = fixture.event('described');
    await fixture.command('describe a worker thread');
    const { imported } = await described;
    expect(imported.some((url) => url.endsWith('/src/telemetry/register.ts'))).toBe(true);
    expect(imported.filter((url) => SDK_OR_INSTRUMENTATION.test(url))).toEqual([]);
  });

  test('no connection is attempted, not even at the end', async () => {
    await traceOf(fixture);
    await fixture.scrape();
    await fixture.command('shut down telemetry');
    const { connections, imported } = await fixture.describe();
    expect(connections).toBe(0);
    // The count would see one: the SDK is there.
    expect(imported.filter((url) => SDK_OR_INSTRUMENTATION.test(url)).length).toBeGreaterThan(10);
  });
});

test.each([{ PROMETHEUS__ENABLED: 'false' }, { OTEL_SDK_DISABLED: 'true' }])(
  '%o loads nothing of the SDK and leaves the metrics path to the 404',
  async (env) => {
    await using fixture = await Fixture.start(env);

    expect((await fixture.get('/plain')).status).toBe(200);
    expect((await fixture.get('/metrics')).status).toBe(404);
    const { telemetry, imported } = await fixture.describe();
    expect(telemetry).toBe(false);
    expect(imported.some((url) => url.endsWith('/src/telemetry/register.ts'))).toBe(true);
    expect(imported.filter((url) => SDK_OR_INSTRUMENTATION.test(url))).toEqual([]);
  },
);

test('a bad setting stops the start before anything is opened', async () => {
  await expect(Fixture.start({ PROMETHEUS__LATENCY_BUCKETS: '[2,1]' })).rejects.toThrow('exited with 1');
});

test('namespace, subsystem, path, buckets, in-progress and the resource are as configured', async () => {
  await using fixture = await Fixture.start({
    PROMETHEUS__METRIC_NAMESPACE: 'acme',
    PROMETHEUS__METRIC_SUBSYSTEM: 'ml_api',
    PROMETHEUS__METRICS_PATH: '/internal/metrics',
    PROMETHEUS__LATENCY_BUCKETS: '[0.1,1,60]',
    PROMETHEUS__INSTRUMENT_INPROGRESS: 'false',
    OTEL_SERVICE_NAME: 'renamed',
    OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=one,deployment.environment.name=staging',
  });
  await fixture.get('/plain');
  expect((await fixture.get('/metrics')).status).toBe(404);
  await fixture.get('/internal/metrics');

  const exposition = new Exposition(await (await fixture.get('/internal/metrics')).text());
  expect(exposition.value('acme_ml_api_dataset_uploads_total', { mode: 'light' })).toBe(0);
  expect(exposition.text).not.toContain('mlops_backend_');
  const durations = exposition.samples('http_server_request_duration_seconds_bucket');
  const plain = durations.filter(({ labels: { http_route } }) => http_route === '/plain');
  expect(plain.map(({ labels: { le } }) => le)).toEqual(['0.1', '1.0', '60.0', '+Inf']);
  expect(durations.filter(({ labels: { http_route } }) => http_route === '/internal/metrics')).toEqual([]);
  expect(exposition.families.has('http_server_active_requests')).toBe(false);
  expect(exposition.samples('target_info')[0]?.labels).toMatchObject({
    service_name: 'renamed',
    service_instance_id: 'one',
    deployment_environment_name: 'staging',
  });
});

test.each(['break', 'hang'] as const)(
  'callbacks that %s take nothing else with them: the scrape has the rest, the log the reason, a counter the number',
  async (how) => {
    await using fixture = await Fixture.start();
    const whole = [...(await fixture.scrape()).families.keys()];
    await fixture.command(`${how} a callback`);
    const told = fixture.event('scrape incomplete');
    const exposition = await fixture.scrape();

    expect(exposition.families.has('broken')).toBe(false);
    expect(whole.filter((name) => !exposition.families.has(name))).toEqual([]);
    expect((await told).reason).not.toBe('');
    expect((await fixture.scrape()).value('mlops_backend_metrics_callback_failures_total')).toBeGreaterThan(
      0,
    );
  },
);

test('traces, logs and metrics go to the endpoint that is configured', async () => {
  const paths: string[] = [];
  await using collector = createServer((request, response) => {
    paths.push(request.url ?? '');
    request.resume().on('end', () => response.end());
  });
  await once(collector.listen(0, '127.0.0.1'), 'listening');
  const { port } = collector.address() as AddressInfo;

  await using fixture = await Fixture.start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  await fixture.get('/trace');
  await fixture.command('shut down telemetry');
  expect(paths.sort()).toEqual(['/v1/logs', '/v1/metrics', '/v1/traces']);
});
