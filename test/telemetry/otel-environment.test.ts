import { describe, expect, test } from 'vitest';
import { metricPush, otelEnvironment, spanProtocol } from '../../src/telemetry/otel-environment.ts';

const exporters = (env: Record<string, string>) => {
  const { OTEL_TRACES_EXPORTER, OTEL_LOGS_EXPORTER, OTEL_METRICS_EXPORTER } = otelEnvironment(env);
  return [OTEL_TRACES_EXPORTER, OTEL_LOGS_EXPORTER, OTEL_METRICS_EXPORTER];
};

describe('exporters of traces, logs and metrics', () => {
  test.each([
    ['nothing configured', {}, ['none', 'none', 'none']],
    ['one endpoint for all', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, ['otlp', 'otlp', 'otlp']],
    [
      'an endpoint for one',
      { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://c:4318/v1/logs' },
      ['none', 'otlp', 'none'],
    ],
    ['an empty endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, ['none', 'none', 'none']],
    ['an exporter named', { OTEL_TRACES_EXPORTER: 'console' }, ['console', 'none', 'none']],
    [
      'an exporter refused',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' },
      ['none', 'otlp', 'otlp'],
    ],
  ])('with %s', (_, env, expected) => {
    expect(exporters(env)).toEqual(expected);
  });
});

test('spans are recorded only when they have somewhere to go, or the environment says so', () => {
  const sampler = (env: Record<string, string>) => otelEnvironment(env).OTEL_TRACES_SAMPLER;
  expect(sampler({})).toBe('parentbased_always_off');
  expect(sampler({ OTEL_TRACES_EXPORTER: 'console' })).toBe('');
  expect(sampler({ OTEL_TRACES_SAMPLER: 'always_on' })).toBe('always_on');
});

test('limits have the specification’s names too, where the SDK has names of its own', () => {
  const limits = (env: Record<string, string>) => {
    const {
      OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: ofEvents,
      OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT: ofLinks,
    } = otelEnvironment(env);
    return [ofEvents, ofLinks];
  };
  expect(limits({})).toEqual(['', '']);
  expect(limits({ OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '3', OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '4' })).toEqual([
    '3',
    '4',
  ]);
  expect(
    limits({ OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '3', OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: '5' }),
  ).toEqual(['5', '']);
});

test.each([
  ['http/protobuf', {}],
  ['http/json', { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }],
  [
    'http/protobuf',
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
  ],
  [undefined, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
  [undefined, { OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier pigeon' }],
  [undefined, { OTEL_TRACES_EXPORTER: 'console,otlp' }],
  [undefined, { OTEL_TRACES_EXPORTER: 'none' }],
])('a thread sends spans as %s with %o', (protocol, env) => {
  expect(spanProtocol({ OTEL_TRACES_EXPORTER: 'otlp', ...env })).toBe(protocol);
});

describe('metrics are pushed', () => {
  test.each([
    ['nowhere', {}, []],
    ['nowhere beside a scrape alone', { OTEL_METRICS_EXPORTER: 'prometheus' }, []],
    ['by OTLP', { OTEL_METRICS_EXPORTER: 'otlp' }, ['otlp']],
    ['by OTLP beside the scrape', { OTEL_METRICS_EXPORTER: 'otlp,prometheus' }, ['otlp']],
    ['to the console', { OTEL_METRICS_EXPORTER: 'console' }, ['console']],
    ['nowhere, when that is among them', { OTEL_METRICS_EXPORTER: 'otlp,none' }, []],
  ])('%s: %o', (_, env, exporters) => {
    expect(metricPush(env).exporters).toEqual(exporters);
  });

  test('every minute within 30 s, or as the environment says, and never longer than until the next', () => {
    const timesOf = (env: Record<string, string>) => {
      const { exportIntervalMillis, exportTimeoutMillis } = metricPush(env);
      return [exportIntervalMillis, exportTimeoutMillis];
    };
    expect(timesOf({})).toEqual([60_000, 30_000]);
    expect(timesOf({ OTEL_METRIC_EXPORT_INTERVAL: '5000' })).toEqual([5000, 5000]);
    expect(timesOf({ OTEL_METRIC_EXPORT_INTERVAL: 'often', OTEL_METRIC_EXPORT_TIMEOUT: '10' })).toEqual([
      60_000, 10,
    ]);
  });

  test('by the protocol of their own, or else of all signals', () => {
    const protocol = (env: Record<string, string>) => metricPush(env).protocol;
    expect(protocol({})).toBe('http/protobuf');
    expect(protocol({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toBe('grpc');
    expect(
      protocol({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' }),
    ).toBe('http/json');
  });
});
