import {
  AggregationType,
  MeterProvider,
  type MetricData,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';
import { BoundMetrics } from '../../../src/telemetry/bound/bound-metrics.ts';
import { CATALOGUE, METER_NAME } from '../../../src/telemetry/catalogue.ts';
import { PullReader } from '../../../src/telemetry/reader.ts';
import { seededRandom } from '../../support/random.ts';

const LABELS = { mode: 'light' };

const SIZE_VIEW: ViewOptions = {
  instrumentName: 'upload.size',
  aggregation: {
    type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
    options: { boundaries: [...CATALOGUE.datasetUploadSize.buckets], recordMinMax: false },
  },
};

/** A bound metric and the SDK's own of the same definition, and what a reader sees of both. */
function sideBySide() {
  const bound = new BoundMetrics();
  const reader = new PullReader(bound);
  const provider = new MeterProvider({ readers: [reader], views: [SIZE_VIEW] });
  return {
    bound,
    meter: provider.getMeter(METER_NAME),
    async collect(name: string): Promise<MetricData[]> {
      const { resourceMetrics, errors } = await reader.collect();
      expect(errors).toEqual([]);
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return metrics.filter(({ descriptor }) => descriptor.name.endsWith(name));
    },
  };
}

/** As the SDK's data model has them, without what it has not. */
const valuesOf = ({ dataPoints }: MetricData) =>
  dataPoints.map(({ attributes, value }) => {
    const { exponential: _, ...own } = JSON.parse(JSON.stringify(value)) as { exponential?: unknown };
    return { attributes, value: typeof value === 'number' ? value : own };
  });

test('a bound histogram is read as the SDK’s: the same buckets, bounds included, the same sum and count', async () => {
  const { bound, meter, collect } = sideBySide();
  const definition = CATALOGUE.datasetUploadSize;
  const ours = bound.histogram(definition, definition.buckets).bind(LABELS);
  const theirs = meter.createHistogram('upload.size', definition);
  const random = seededRandom();
  const values = [
    ...[0, 1e4, 10_000.5, 1e10, 1e12, Number.NaN],
    ...Array.from({ length: 1000 }, () => random() * 1e9),
  ];
  for (const value of values) {
    ours.record(value);
    theirs.record(value, LABELS);
  }
  const collected = await collect('upload.size');
  expect(collected).toHaveLength(2);
  const [one, other] = collected.map(valuesOf);
  expect(one).toEqual(other);
  expect(collected[0]?.dataPointType).toBe(collected[1]?.dataPointType);
  expect(collected[0]?.aggregationTemporality).toBe(collected[1]?.aggregationTemporality);
});

test('what is bound goes on from collection to collection', async () => {
  const { bound, collect } = sideBySide();
  const sum = bound.upDownCounter(CATALOGUE.httpServerActiveRequests).bind(LABELS);
  for (const expected of [1, 2, 3]) {
    sum.add(1);
    const [metric] = await collect('active_requests');
    expect(valuesOf(metric!)).toEqual([{ attributes: LABELS, value: expected }]);
  }
  sum.add(-3);
  const [metric] = await collect('active_requests');
  expect(valuesOf(metric!)).toEqual([{ attributes: LABELS, value: 0 }]);
});
