import { expect, test } from 'vitest';
import type { ServiceMetrics } from '../../src/client/index.ts';
import { namesWith, serviceFigures } from '../../src/console/service-figures.ts';
import { prometheusMetrics } from '../../src/telemetry/prometheus-names.ts';

const PREFIX = 'other_backend_';
const STARTED = Date.parse('2026-11-26T08:00:00Z') / 1000;
const timesFrom = (first: number, samples: number) =>
  Array.from({ length: samples }, (_, i) => new Date((first + i * 15) * 1000).toISOString());

function recorded(
  times: readonly string[],
  series: readonly (readonly [
    metric: string,
    labels: Record<string, string>,
    values: readonly (number | null)[],
  ])[],
): ServiceMetrics {
  const started = ['process_start_time_seconds', {}, times.map(() => STARTED)] as const;
  return {
    prefix: PREFIX,
    interval_seconds: 15,
    times: [...times],
    series: [started, ...series].map(([metric, labels, values]) => ({
      ...{ metric, labels },
      values: [...values],
    })),
  };
}

const requests = (route: string, status: string, le: string, values: readonly (number | null)[]) =>
  [
    'http_server_request_duration_seconds_bucket',
    { http_route: route, http_response_status_code: status, le },
    values,
  ] as const;

test('every metric that it asks for is in the catalogue', () => {
  const known = new Set(prometheusMetrics().map(({ name }) => name));
  const asked = namesWith('mlops_backend_').map((name) => name.replace(/_bucket$/, ''));
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});

test('what a process counted before its first sample is shown, and told as a rate since its start', () => {
  const { times, requests: shown } = serviceFigures(
    recorded(timesFrom(STARTED + 10, 1), [requests('/api/ml/v1/datasets', '200', '+Inf', [20])]),
  );
  expect(times).toEqual([STARTED + 10]);
  expect(shown.all).toEqual([2]);
});

test('what an hour-old process counted before the samples kept is not taken for an event of now', () => {
  const { times, requests: shown } = serviceFigures(
    recorded(timesFrom(STARTED + 9000, 2), [requests('/api/ml/v1/datasets', '200', '+Inf', [900, 915])]),
  );
  expect(times).toHaveLength(1);
  expect(shown.all).toEqual([1]);
});

test('routes are told with how they ended and how long they took, the most asked one first', () => {
  const { routes, now } = serviceFigures(
    recorded(timesFrom(STARTED + 10, 2), [
      requests('/api/ml/v1/models', '200', '1', [1, 1]),
      requests('/api/ml/v1/models', '200', '+Inf', [1, 1]),
      requests('/api/ml/v1/datasets', '200', '1', [1, 4]),
      requests('/api/ml/v1/datasets', '200', '+Inf', [1, 4]),
      requests('/api/ml/v1/datasets', '404', '1', [null, 2]),
      requests('/api/ml/v1/datasets', '404', '+Inf', [null, 2]),
      requests('/api/ml/v1/datasets', '500', '1', [null, 0]),
      requests('/api/ml/v1/datasets', '500', '+Inf', [null, 1]),
      requests('/readyz', '200', '+Inf', [50, 100]),
    ]),
  );
  expect(routes).toEqual([
    {
      route: '/api/ml/v1/datasets',
      requests: 7,
      failed: 1,
      refused: 2,
      p50: expect.closeTo(3.5 / 6),
      p95: 1,
    },
    { route: '/api/ml/v1/models', requests: 1, failed: 0, refused: 0, p50: 0.5, p95: 0.95 },
  ]);
  expect(now.errors).toBe(1 / 8);
});

test('streams of events count as requests, and not as latency', () => {
  const { routes, now } = serviceFigures(
    recorded(timesFrom(STARTED + 10, 1), [
      requests('/api/ml/v1/training-runs/:id/events', '200', '10', [0]),
      requests('/api/ml/v1/training-runs/:id/events', '200', '+Inf', [5]),
    ]),
  );
  expect(routes[0]).toMatchObject({ requests: 5, p95: undefined });
  expect([now.rate, now.p95]).toEqual([0.5, undefined]);
});

test('the queue drains at the pace at which runs ended of late, and never where none did', () => {
  const depth = (state: string, value: number) =>
    [`${PREFIX}training_queue_depth`, { state }, [value]] as const;
  const waiting = [depth('queued', 3), depth('retrying', 1), depth('running', 9)];
  const ended = [`${PREFIX}training_runs_total`, { outcome: 'success' }, [2]] as const;
  const started = [`${PREFIX}training_runs_total`, { outcome: 'started' }, [8]] as const;
  const times = timesFrom(STARTED + 10, 1);
  expect(serviceFigures(recorded(times, [...waiting, started, ended])).now).toMatchObject({
    waiting: 4,
    drained: 3600,
  });
  expect(serviceFigures(recorded(times, [...waiting, started])).now.drained).toBe(Number.POSITIVE_INFINITY);
  expect(serviceFigures(recorded(times, [ended])).now.drained).toBe(0);
});
