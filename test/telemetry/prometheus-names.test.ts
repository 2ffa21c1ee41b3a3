import { describe, expect, test } from 'vitest';
import { prometheusLabel, prometheusMetrics, prometheusName } from '../../src/telemetry/prometheus-names.ts';

describe('a metric name', () => {
  test.each([
    ['training.duration', 's', 'histogram', false, 'training_duration_seconds'],
    ['stored', 'By', 'gauge', true, 'stored_bytes'],
    ['cpu.time', 's', 'counter', false, 'cpu_time_seconds_total'],
    ['requests', '{request}', 'counter', false, 'requests_total'],
    ['requests.total', '{request}', 'counter', false, 'requests_total'],
    ['size.bytes', 'By', 'gauge', true, 'size_bytes'],
    ['utilization', '1', 'gauge', true, 'utilization_ratio'],
    ['balance', '1', 'gauge', false, 'balance'],
    ['speed', 'By/s', 'gauge', true, 'speed_bytes_per_second'],
    ['rate', '{request}/s', 'gauge', true, 'rate_per_second'],
    ['weight', 'kg', 'gauge', true, 'weight_kg'],
    ['plain', '', 'gauge', true, 'plain'],
    ['3d.render-time', 'ms', 'gauge', true, '_3d_render_time_milliseconds'],
  ] as const)('%s in %s as %s is %5$s', (name, unit, type, isGauge, expected) => {
    expect(prometheusName(name, unit, type, isGauge)).toBe(expected);
  });
});

test.each([
  ['http.route', 'http_route'],
  ['a..b', 'a_b'],
  ['2nd', '_2nd'],
  ['é', '_'],
])('the label %s is %s', (name, label) => {
  expect(prometheusLabel(name)).toBe(label);
});

test('the prefix stands before the domain metrics and no others', () => {
  const names = prometheusMetrics('acme.api').map(({ name }) => name);
  expect(names).toContain('acme_api_dataset_uploads_total');
  expect(names).toContain('http_server_request_duration_seconds');
  expect(names.filter((name) => name.startsWith('mlops_'))).toEqual([]);
});
