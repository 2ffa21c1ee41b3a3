import { type Meter, TraceFlags } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { expect, test, vi } from 'vitest';
import { BoundMetrics } from '../../../src/telemetry/bound/bound-metrics.ts';
import { CATALOGUE } from '../../../src/telemetry/catalogue.ts';
import { familiesOf } from '../../../src/telemetry/exposition/families.ts';
import { writeOpenMetrics } from '../../../src/telemetry/exposition/openmetrics.ts';
import { writeText } from '../../../src/telemetry/exposition/text.ts';
import { PullReader } from '../../../src/telemetry/reader.ts';
import { hasPythonClient, parseOpenMetrics } from '../python-client.ts';

/** What `record` did with a fresh meter, as a page whose times are all the same. */
async function expose(record: (meter: Meter) => void): Promise<string> {
  const reader = new PullReader();
  record(new MeterProvider({ readers: [reader] }).getMeter('one'));
  const { resourceMetrics } = await reader.collect();
  for (const { metrics } of resourceMetrics.scopeMetrics)
    for (const { dataPoints } of metrics)
      for (const point of dataPoints) Object.assign(point, { startTime: [1_790_000_000, 123_456_789] });
  return writeOpenMetrics(familiesOf(resourceMetrics)).toString();
}

test('a counter’s family has no _total, its samples have; they say since when they count, and in what unit', async () => {
  const page = await expose((meter) => {
    meter.createCounter('bytes.read', { unit: 'By', description: 'Bytes "read".' }).add(5, { disk: 'a' });
  });
  expect(page).toContain(`# TYPE bytes_read_bytes counter
# UNIT bytes_read_bytes bytes
# HELP bytes_read_bytes Bytes \\"read\\".
bytes_read_bytes_total{disk="a"} 5
bytes_read_bytes_created{disk="a"} 1790000000.123
# EOF
`);
});

test('a histogram says since when it counts; a gauge, which has no beginning, does not', async () => {
  const page = await expose((meter) => {
    const advice = { explicitBucketBoundaries: [0.5] };
    meter.createHistogram('wait', { unit: 's', advice }).record(0.25);
    meter.createGauge('load', { unit: '1' }).record(0.5);
  });
  expect(page).toContain(`# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
# HELP wait_seconds wait
wait_seconds_bucket{le="0.5"} 1
wait_seconds_bucket{le="+Inf"} 1
wait_seconds_sum 0.25
wait_seconds_count 1
wait_seconds_created 1790000000.123
# TYPE load_ratio gauge
# UNIT load_ratio ratio
# HELP load_ratio load
load_ratio 0.5
# EOF
`);
});

test('a bucket leads to the newest sampled span, with its value and its time', async () => {
  const bound = new BoundMetrics();
  const histogram = bound.histogram(CATALOGUE.datasetUploadDuration, [0.5, 1]).bind({ mode: 'light' });
  vi.useFakeTimers({ now: 1_790_000_000_500 });
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };
  histogram.record(0.75, span);
  histogram.record(0.25);
  vi.useRealTimers();
  const { resourceMetrics } = await bound.collect();
  const families = [...familiesOf(resourceMetrics)];
  const page = writeOpenMetrics(families).toString();
  expect(page.split('\n').filter((line) => line.includes('_bucket'))).toEqual([
    'dataset_upload_duration_seconds_bucket{mode="light",le="0.5"} 1',
    `dataset_upload_duration_seconds_bucket{mode="light",le="1.0"} 2 # {trace_id="${span.traceId}",span_id="${span.spanId}"} 0.75 1790000000.5`,
    'dataset_upload_duration_seconds_bucket{mode="light",le="+Inf"} 2',
  ]);
  // Text 0.0.4 has no place for it.
  expect(writeText(families).toString()).not.toContain(span.traceId);
  if (!hasPythonClient) return;
  const samples = parseOpenMetrics(page).flatMap((family) => family.samples);
  expect(samples.flatMap(({ exemplar }) => exemplar ?? [])).toEqual([
    {
      labels: { trace_id: span.traceId, span_id: span.spanId },
      value: 0.75,
      timestamp: 1_790_000_000.5,
    },
  ]);
});

test('the resource is an info, and the page ends in # EOF', async () => {
  const page = await expose(() => {});
  expect(page).toMatch(/^# TYPE target info\n# HELP target .*\ntarget_info\{.*\} 1\n# EOF\n$/);
});

test.skipIf(!hasPythonClient)(
  'another’s parser accepts every shape and reads the same from it (needs python3-prometheus-client)',
  async () => {
    const page = await expose((meter) => {
      meter.createCounter('done', { unit: '{job}', description: 'A\\b\n"c"' }).add(1, { q: 'a\\b\n"c"' });
      meter.createGauge('edge', { unit: '1' }).record(Number.POSITIVE_INFINITY, { 'a.b': '1', a_b: '2' });
      meter.createUpDownCounter('open').add(-2);
      meter.createHistogram('size', { unit: 'By' }).record(12);
    });
    const families = parseOpenMetrics(page);
    expect(families.map(({ name, type, unit }) => [name, type, unit])).toEqual([
      ['target', 'info', ''],
      ['done', 'counter', ''],
      ['edge_ratio', 'gauge', 'ratio'],
      ['open', 'gauge', ''],
      ['size_bytes', 'histogram', 'bytes'],
    ]);
    expect(families[1]?.help).toBe('A\\b\n"c"');
    expect(families[1]?.samples).toEqual([
      { name: 'done_total', labels: { q: 'a\\b\n"c"' }, value: 1 },
      { name: 'done_created', labels: { q: 'a\\b\n"c"' }, value: 1_790_000_000.123 },
    ]);
    expect(families[3]?.samples).toEqual([{ name: 'open', labels: {}, value: -2 }]);
  },
);
