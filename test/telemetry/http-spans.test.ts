import { TraceFlags } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SeenSpan } from '../support/otlp/received.ts';
import { type OtlpSink, startSink } from '../support/otlp/sink.ts';
import { Fixture } from './fixture-client.ts';

const callers = (traceId: string, flags: '00' | '01') => ({
  traceparent: `00-${traceId}-b7ad6b7169203331-${flags}`,
});
const CALLER = '0af7651916cd43dd8448eb211c80319c';
const UNSAMPLED_CALLER = '1bf7651916cd43dd8448eb211c80319d';

/** A trace as the application sees it in the request. */
interface Seen {
  readonly span: { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
  readonly log: Readonly<Record<string, unknown>>;
}
const traceOf = async (fixture: Fixture, headers = {}) =>
  (await (await fixture.get('/trace', headers)).json()) as Seen;

/** Starts the fixture with its spans sent to a sink of their own. */
async function startTraced(stack: AsyncDisposableStack, env: Record<string, string> = {}) {
  const sink = stack.use(await startSink());
  const fixture = stack.use(
    await Fixture.start({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.url}/v1/traces`, ...env }),
  );
  return { fixture, sink };
}

describe('the span of a request', () => {
  const stack = new AsyncDisposableStack();
  let fixture: Fixture;
  let sink: OtlpSink;
  let called: Seen;
  let left: Seen;

  beforeAll(async () => {
    ({ fixture, sink } = await startTraced(stack));
    await fixture.get('/items/42?name=secret.csv', { 'user-agent': 'a client' });
    await fixture.get('/unavailable');
    await fixture.get('/nowhere');
    await fixture.get('/mounted/things/7', {
      forwarded: 'for="[2001:db8::17]:4711";host=api.example.org;proto=https, for=10.0.0.1',
    });
    await fixture.get('/plain', {
      'x-forwarded-for': '192.0.2.7, 10.0.0.1',
      'x-forwarded-host': 'ml.example.org:8443',
      'x-forwarded-proto': 'https',
    });
    await fixture.status('PROPFIND', '/plain');
    called = await traceOf(fixture, callers(CALLER, '01'));
    left = await traceOf(fixture, callers(UNSAMPLED_CALLER, '00'));
    for (const path of ['/metrics', '/api/health', '/api/ready', '/api/health?from=lb', '/metrics?x=1'])
      await fixture.get(path);
    await fixture.hangUp();
    await fixture.command('shut down telemetry');
  });
  afterAll(() => stack.disposeAsync());

  const spanOf = (name: string, holds: (span: SeenSpan) => boolean = () => true) => {
    const found = sink.spans.filter((span) => span.name === name && holds(span));
    expect(found.map((span) => span.name)).toEqual([name]);
    return found[0] as SeenSpan;
  };

  test('has its method and its route for a name, and the conventions’ attributes', () => {
    expect(spanOf('GET /items/:id')).toMatchObject({
      kind: 'SERVER',
      status: 'UNSET',
      parentSpanId: '',
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'http.route': '/items/:id',
        'url.scheme': 'http',
        'url.path': '/items/42',
        'server.address': '127.0.0.1',
        'server.port': fixture.port,
        'client.address': '127.0.0.1',
        'network.peer.address': '127.0.0.1',
        'network.peer.port': expect.any(Number),
        'network.protocol.version': '1.1',
        'user_agent.original': 'a client',
      },
    });
  });

  test('says nothing of the query', () => {
    expect(JSON.stringify(sink.spans)).not.toContain('secret.csv');
  });

  test('is in error from 500 on, with the status for a type', () => {
    expect(spanOf('GET /unavailable')).toMatchObject({
      status: 'ERROR',
      attributes: { 'http.response.status_code': 503, 'error.type': '503' },
    });
  });

  test('is none below, has the method alone where no route matched, and HTTP where that is unknown', () => {
    const { status, attributes } = spanOf('GET');
    expect([status, attributes['http.response.status_code']]).toEqual(['UNSET', 404]);
    expect(attributes).not.toHaveProperty(['http.route']);
    expect(attributes).not.toHaveProperty(['error.type']);
    expect(spanOf('HTTP').attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PROPFIND',
    });
  });

  test('is 499, and no error, when the client hangs up', () => {
    expect(spanOf('GET /held/:id')).toMatchObject({
      status: 'UNSET',
      attributes: { 'http.response.status_code': 499 },
    });
  });

  test('knows client and server as the proxies name them', () => {
    expect(spanOf('GET /mounted/things/:thing').attributes).toMatchObject({
      'client.address': '2001:db8::17',
      'server.address': 'api.example.org',
      'server.port': 443,
      'network.peer.address': '127.0.0.1',
    });
    expect(spanOf('GET /plain').attributes).toMatchObject({
      'client.address': '192.0.2.7',
      'server.address': 'ml.example.org',
      'server.port': 8443,
    });
  });

  test('continues the caller’s trace, and is what the handler works in', () => {
    expect(spanOf('GET /trace')).toMatchObject({
      traceId: CALLER,
      parentSpanId: 'b7ad6b7169203331',
      spanId: called.span.spanId,
    });
    expect(called.log).toMatchObject({ trace_id: CALLER, span_id: called.span.spanId });
  });

  test('is not sent when its caller’s is not, but has ids all the same', () => {
    expect(left.span).toMatchObject({ traceId: UNSAMPLED_CALLER, traceFlags: 0 });
    expect(left.log).toMatchObject({ trace_id: UNSAMPLED_CALLER, span_id: left.span.spanId });
    expect(sink.spans.filter(({ traceId }) => traceId === UNSAMPLED_CALLER)).toEqual([]);
  });

  test('is made neither of scrapes nor of probes', () => {
    expect(sink.spans.filter(({ attributes }) => /metrics|api/.test(String(attributes['url.path'])))).toEqual(
      [],
    );
  });
});

test.each([
  ['of no trace', 'traceidratio', '0', { own: 0, caller: 0 }],
  ['of every trace', 'traceidratio', '1', { own: 1, caller: 1 }],
  ['of its caller’s traces alone', 'parentbased_traceidratio', '0', { own: 0, caller: 1 }],
])(
  'a sampler that wants the spans %s (%s %s) gets those, and ids there are always',
  async (_, sampler, share, sent) => {
    await using stack = new AsyncDisposableStack();
    const { fixture, sink } = await startTraced(stack, {
      OTEL_TRACES_SAMPLER: sampler,
      OTEL_TRACES_SAMPLER_ARG: share,
    });
    const own = await traceOf(fixture);
    const caller = await traceOf(fixture, callers(CALLER, '01'));
    const exposition = await fixture.scrape();
    await fixture.command('shut down telemetry');

    expect(own.log).toMatchObject({ trace_id: own.span.traceId, span_id: own.span.spanId });
    expect(own.span.traceId).toMatch(/^(?!0{32})[\da-f]{32}$/);
    expect(caller.span).toMatchObject({ traceId: CALLER });
    const count = ({ span }: Seen) => sink.spans.filter(({ spanId }) => spanId === span.spanId).length;
    expect({ own: count(own), caller: count(caller) }).toEqual(sent);
    // What is not sent is counted all the same.
    expect(exposition.sum('http_server_request_duration_seconds_count', { http_route: '/trace' })).toBe(2);
  },
);

test('a share of the traces is sent, each whole or not at all, by the ids that are logged', async () => {
  await using stack = new AsyncDisposableStack();
  const { fixture, sink } = await startTraced(stack, {
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.5',
  });
  const seen = [];
  for (let request = 0; request < 40; request++) seen.push(await traceOf(fixture));
  await fixture.command('shut down telemetry');

  const flagged = seen.filter(({ span }) => span.traceFlags === TraceFlags.SAMPLED);
  expect(sink.spans.map(({ traceId }) => traceId).sort()).toEqual(
    flagged.map(({ log }) => log['trace_id']).sort(),
  );
  expect(flagged.length).toBeGreaterThan(0);
  expect(flagged.length).toBeLessThan(seen.length);
});

test('where the environment enables no HTTP instrumentation, requests make no spans', async () => {
  await using stack = new AsyncDisposableStack();
  const { fixture, sink } = await startTraced(stack, { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pino' });
  const { span, log } = await traceOf(fixture);
  await fixture.command('shut down telemetry');
  expect(log).toMatchObject({ trace_id: span.traceId });
  expect(sink.spans.filter(({ kind }) => kind === 'SERVER')).toEqual([]);
});
