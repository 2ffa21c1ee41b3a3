import { expect, test } from 'vitest';
import { eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { startSink } from '../support/otlp/sink.ts';
import { exchange } from '../support/raw-http.ts';

const requestsOf = (log: readonly Record<string, unknown>[]) => log.filter(({ msg }) => msg === 'request');

test.each([
  ['with telemetry', {}],
  ['without', { PROMETHEUS__ENABLED: 'false' }],
])(
  '%s every request has one line: route, status, duration, bytes; probes and scrapes have none',
  async (_, env) => {
    await using service = await startDeployed(env);
    const { api } = service;
    const upload = await api.uploadFile('wine_train.csv');
    const answer = await (await api.call(`/datasets/${upload.dataset_id}`)).text();
    await (await api.call('/datasets/none?secret=1')).text();
    for (const path of ['/api/health', '/api/ready', '/metrics']) await (await api.call(path)).text();
    await (await api.call('/nowhere')).text();
    const lines = await eventually(async () => {
      const found = requestsOf(service.log);
      return found.length >= 4 && found;
    });
    expect(lines.map(({ method, route, status }) => [method, route, status])).toEqual([
      ['POST', '/api/ml/v1/datasets/upload', 201],
      ['GET', '/api/ml/v1/datasets/:id', 200],
      ['GET', '/api/ml/v1/datasets/:id', 400],
      ['GET', undefined, 404],
    ]);
    expect(lines[0]?.['received_bytes']).toBe(upload['size_bytes']);
    expect(lines[1]?.['sent_bytes']).toBe(Buffer.byteLength(answer));
    for (const { duration_ms, level } of lines) {
      expect(duration_ms).toBeGreaterThan(0);
      expect(level).toBe(30);
    }
    const traces = new Set(lines.map(({ trace_id }) => trace_id));
    if ('PROMETHEUS__ENABLED' in env) expect(traces).toEqual(new Set([undefined]));
    else expect(traces.size).toBe(4);
  },
);

test('what is no request has a line too, whose trace its answer names', async () => {
  await using service = await startDeployed();
  const garbage = await exchange(service.origin, 'hello\r\n\r\n');
  const head = 'POST /api/ml/v1/training-runs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
  const begun = await exchange(
    service.origin,
    `${head}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}`,
  );
  const traceOf = (answer: string) => /"trace_id":"([\da-f]{32})"/.exec(answer)?.[1];
  const lineOf = (answer: string, words: string) =>
    eventually(async () =>
      service.log.find(({ msg, trace_id }) => msg === words && trace_id === traceOf(answer)),
    );
  expect(await lineOf(garbage, 'request refused')).toMatchObject({ level: 30, code: 'invalid_request' });
  // What has begun is a request, with a line of its own in the same trace.
  expect(await lineOf(begun, 'request refused')).toMatchObject({ level: 30, code: 'too_large' });
  expect(await lineOf(begun, 'request')).toMatchObject({ route: '/api/ml/v1/training-runs' });
});

test('lines sent by OTLP are those of standard output: level, words, facts and trace', async () => {
  await using sink = await startSink();
  await using service = await startDeployed({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
  });
  const dataset = await service.api.uploadFile('wine_train.csv');
  await service.api.train(dataset.dataset_id);
  await service.stop();
  const levels: Record<number, string> = { 30: 'info', 40: 'warn', 50: 'error' };
  const written = service.log.map(
    ({ level, msg, trace_id = '', time, pid, hostname, span_id, trace_flags, ...facts }) => [
      levels[level as number],
      msg,
      trace_id,
      JSON.stringify(facts),
    ],
  );
  const sent = sink.logs.map(({ severity, body, traceId, attributes }) => [
    severity,
    body,
    traceId,
    JSON.stringify(attributes),
  ]);
  // The last one is written when all else is sent.
  expect(written.at(-1)?.[1]).toBe('stopped');
  expect(sent).toEqual(written.slice(0, -1));
  expect(sent.length).toBeGreaterThan(5);
});
