import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { otelFaults, otelVariables } from '../../src/telemetry/otel-faults.ts';
import { Fixture } from './fixture-client.ts';

const HANDED_ON = readFileSync(new URL('../../infra/opentelemetry.env', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('OTEL_'));

test.each([
  ['OTEL_TRACES_EXPORTER', 'otlp, console'],
  ['OTEL_METRICS_EXPORTER', 'none'],
  ['OTEL_TRACES_SAMPLER', 'parentbased_traceidratio'],
  ['OTEL_TRACES_SAMPLER_ARG', '0.1'],
  ['OTEL_SDK_DISABLED', 'TRUE'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://collector.example.org:4318'],
  ['OTEL_EXPORTER_OTLP_LOGS_PROTOCOL', 'http/json'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Basic%20abc==,x-tenant=mine'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=staging,team=ml'],
  ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '0'],
  ['OTEL_PROPAGATORS', 'none'],
  ['OTEL_BSP_SCHEDULE_DELAY', ''],
  ['SOMEBODY_ELSES', 'affair'],
])('nothing is said of %s=%s', (name, value) => {
  expect(otelFaults({ [name]: value })).toEqual([]);
});

test.each([
  ['OTEL_TRACES_EXPORTER', 'jaeger', 'must be otlp, console, zipkin, several with commas between, or none'],
  ['OTEL_LOGS_EXPORTER', 'otlp,none', 'must be otlp, console, several with commas between, or none'],
  ['OTEL_TRACES_SAMPLER_ARG', '10', 'must be a number from 0 to 1'],
  ['OTEL_SDK_DISABLED', 'yes', 'must be true or false'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be a URL with http:// or https://'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http', 'must be http/protobuf or http/json or grpc'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'planted-key', 'must be name=value, several with commas between'],
  ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd', 'must be gzip or none'],
  ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/nowhere/ca.pem', 'there is no such file that can be read'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', 'many', 'must be a number above 0'],
  ['OTEL_METRIC_EXPORT_INTERVAL', '-1', 'must be a number above 0'],
  ['OTEL_METRICS_EXEMPLAR_FILTER', 'always_on', 'must be trace_based'],
])('of %s=%s it is said what it may be, and that it is ignored', (name, value, words) => {
  expect(otelFaults({ [name]: value })).toEqual([{ name, fault: `${words}; it is ignored` }]);
});

test('by gRPC an endpoint may be a host and a port alone', () => {
  const given = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  expect(otelFaults(given)).toEqual([]);
});

test('a name that nothing reads is told, with the one that was probably meant', () => {
  expect(
    otelFaults({ OTEL_EXPORTER_OTLP_ENDPIONT: 'http://c:4318', OTEL_PYTHON_LOG_LEVEL: 'debug' }),
  ).toEqual([
    { name: 'OTEL_EXPORTER_OTLP_ENDPIONT', fault: 'unknown; did you mean OTEL_EXPORTER_OTLP_ENDPOINT?' },
    { name: 'OTEL_PYTHON_LOG_LEVEL', fault: 'unknown; it is ignored' },
  ]);
});

test('every variable that compose hands on is known', () => {
  expect(HANDED_ON.filter((name) => !otelVariables.includes(name))).toEqual([]);
  expect(HANDED_ON.length).toBeGreaterThan(70);
});

test('what is not understood is said at the start, on standard error, and goes on', async () => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', fileURLToPath(new URL('../../src/telemetry/register.ts', import.meta.url)), '--print', '1'],
    { env: { OTEL_TRACES_SAMPLER: 'allways_on', OTEL_SERVICE_NAME: 'mine' }, cwd: tmpdir() },
  );
  expect(stdout).toBe('1\n');
  expect(stderr).toMatch(/^telemetry: OTEL_TRACES_SAMPLER: must be always_on or .*; it is ignored$/m);
  expect(stderr).not.toContain('OTEL_SERVICE_NAME');
});

test('what is not understood is as if it were not set: without an exporter that there is, ids are there', async () => {
  await using fixture = await Fixture.start({ OTEL_TRACES_EXPORTER: 'jaeger' });
  const { span } = (await (await fixture.get('/trace')).json()) as { span: { traceId: string } };
  expect(span.traceId).toMatch(/^(?!0{32})[\da-f]{32}$/);
});
