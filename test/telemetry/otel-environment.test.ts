import { describe, expect, test } from 'vitest';
import { otelEnvironment } from '../../src/telemetry/otel-environment.ts';

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
