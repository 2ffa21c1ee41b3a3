import { AggregationType } from '@opentelemetry/sdk-metrics';
import { beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE, type MetricDefinition } from '../../src/telemetry/catalogue.ts';
import { prometheusMetrics } from '../../src/telemetry/prometheus-names.ts';
import { catalogueViews } from '../../src/telemetry/views.ts';
import { eventually } from '../support/client.ts';
import { freshDatabase } from '../support/database.ts';
import type { Exposition } from './exposition-reader.ts';
import { Fixture } from './fixture-client.ts';
import { canRunPromtool, promtoolComplaints } from './promtool.ts';

const definitions = Object.values<MetricDefinition>(CATALOGUE);
const metrics = prometheusMetrics();

describe('the catalogue', () => {
  test('names every family once', () => {
    const names = metrics.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  test('gives no two families a series of one name, whatever a format adds to it', () => {
    const added = {
      counter: ['', '_total', '_created'],
      gauge: [''],
      histogram: ['', '_bucket', '_sum', '_count', '_created'],
    };
    const names = metrics.flatMap(({ name, type }) =>
      added[type].map((suffix) => `${name.replace(/_(total|info)$/, '')}${suffix}`),
    );
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test('has no two labels of a metric that become one in Prometheus', () => {
    for (const { name, labels } of metrics) expect(labels, name).toEqual([...new Set(labels)]);
  });

  test('gives buckets to histograms, and to nothing else, in increasing order', () => {
    for (const { name, kind, buckets } of definitions) {
      expect(buckets !== undefined, name).toBe(kind === 'histogram');
      expect(buckets, name).toEqual(buckets && [...new Set(buckets)].sort((a, b) => a - b));
    }
  });

  test('describes every metric in a sentence', () => {
    for (const { name, description } of definitions) expect(description, name).toMatch(/^[A-Z0-9].*\.$/);
  });

  test('closes the labels of every metric that the domain counts', () => {
    const open = definitions.filter(
      ({ group, labels }) => group === 'domain' && Object.values(labels).includes(null),
    );
    expect(open).toEqual([]);
  });

  test('makes views of which no two match one instrument', () => {
    const selectorsOf = (isDropped: boolean) =>
      catalogueViews('mlops.backend')
        .filter(({ aggregation }) => (aggregation?.type === AggregationType.DROP) === isDropped)
        .map(({ meterName, instrumentName }) => `${meterName} ${instrumentName}`);
    const kept = selectorsOf(false);
    expect(kept).toEqual([...new Set(kept)]);
    expect(kept.filter((selector) => /undefined|[*?]/.test(selector))).toEqual([]);
    const dropped = selectorsOf(true).map(
      (selector) => new RegExp(`^${selector.replaceAll('.', '\\.').replaceAll('*', '.*')}$`),
    );
    expect(kept.filter((selector) => dropped.some((pattern) => pattern.test(selector)))).toEqual([]);
  });
});

describe('the exposition of a process that has used everything', () => {
  let exposition: Exposition;
  let before: number;

  beforeAll(async () => {
    before = Date.now() / 1000;
    await using database = await freshDatabase();
    await using fixture = await Fixture.start();
    await fixture.command('use everything', { databaseUrl: database.url });
    await fixture.get('/unavailable');
    await fixture.command('fetch from itself');
    await fixture.command('collect garbage');
    // Garbage collection is told once its observer was called.
    await eventually(async () => {
      exposition = await fixture.scrape();
      return exposition.families.has('v8js_gc_duration_seconds');
    });
  });

  test('has every metric of the catalogue and no other', () => {
    expect([...exposition.families.keys()].sort()).toEqual(metrics.map(({ name }) => name).sort());
  });

  test('has the types and the descriptions of the catalogue', () => {
    const shown = metrics.map(({ name }) => exposition.families.get(name));
    expect(shown.map((family) => family?.type)).toEqual(metrics.map(({ type }) => type));
    expect(shown.map((family) => family?.help)).toEqual(
      metrics.map(({ definition: { description } }) => description),
    );
  });

  test('has no label that the catalogue does not name, and all that it closes', () => {
    for (const { name, labels, definition } of metrics) {
      const samples = exposition.families.get(name)?.samples ?? [];
      const seen = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      seen.delete('le');
      for (const label of seen) expect(labels, name).toContain(label);
      Object.values(definition.labels).forEach((values, i) => {
        const label = labels[i] ?? '';
        if (values !== null) expect(seen, `${name}: ${label}`).toContain(label);
        for (const sample of samples) if (values !== null) expect(values).toContain(sample.labels[label]);
      });
    }
  });

  test('has the buckets of the catalogue', () => {
    for (const { name, definition } of metrics) {
      if (definition.buckets === undefined) continue;
      const bounds = exposition.samples(`${name}_bucket`).map(({ labels: { le } }) => Number(le));
      expect([...new Set(bounds)].filter(Number.isFinite), name).toEqual(definition.buckets);
    }
  });

  test('counts each thing once', () => {
    expect(exposition.value('mlops_backend_dataset_uploads_total', { mode: 'light' })).toBe(1);
    expect(exposition.sum('mlops_backend_training_duration_seconds_count')).toBe(1);
    expect(exposition.sum('db_client_operation_duration_seconds_count')).toBe(1);
    expect(
      exposition.value('db_client_operation_duration_seconds_count', { db_operation_name: 'SELECT' }),
    ).toBe(1);
    expect(exposition.sum('http_server_request_duration_seconds_count', { http_route: '/unavailable' })).toBe(
      1,
    );
  });

  test('dates the start of the process', () => {
    const start = exposition.value('process_start_time_seconds') ?? 0;
    // The system counts it in hundredths of a second.
    expect(start).toBeGreaterThan(before - 1);
    expect(start).toBeLessThan(Date.now() / 1000);
  });

  test.skipIf(!canRunPromtool)('is accepted by promtool without a word (needs promtool)', () => {
    expect(promtoolComplaints(exposition.text)).toBe('');
  });
});
