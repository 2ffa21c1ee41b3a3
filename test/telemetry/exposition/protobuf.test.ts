import { type Meter, TraceFlags } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import protobuf from 'protobufjs';
import { describe, expect, test, vi } from 'vitest';
import { BoundMetrics } from '../../../src/telemetry/bound/bound-metrics.ts';
import { CATALOGUE } from '../../../src/telemetry/catalogue.ts';
import { familiesOf } from '../../../src/telemetry/exposition/families.ts';
import { writeProtobuf } from '../../../src/telemetry/exposition/protobuf.ts';
import { ProtobufWriter } from '../../../src/telemetry/exposition/protobuf-writer.ts';
import { PullReader } from '../../../src/telemetry/reader.ts';
import { nativeBuckets, type ReadFamily, type ReadHistogram, readProtobuf } from '../prometheus-protobuf.ts';

async function expose(record: (meter: Meter) => void): Promise<readonly ReadFamily[]> {
  const reader = new PullReader();
  record(new MeterProvider({ readers: [reader] }).getMeter('one'));
  const { resourceMetrics } = await reader.collect();
  return readProtobuf(writeProtobuf(familiesOf(resourceMetrics)));
}

const UPLOAD_DURATION = CATALOGUE.datasetUploadDuration;

async function histogramOf(record: (histogram: ReturnType<typeof bind>) => void): Promise<ReadHistogram> {
  const bound = new BoundMetrics();
  record(bind(bound));
  const { resourceMetrics } = await bound.collect();
  const families = readProtobuf(writeProtobuf(familiesOf(resourceMetrics)));
  return families.at(-1)!.metric[0]!.histogram!;
}
const bind = (bound: BoundMetrics) => bound.histogram(UPLOAD_DURATION, [0.5, 1]).bind({ mode: 'light' });

test('counters have their series’ name, their unit, and the time since when they count', async () => {
  const [target, done, load] = await expose((meter) => {
    meter.createCounter('bytes.read', { unit: 'By', description: 'Bytes "read".' }).add(5, { 'a.b': 'ä"\n' });
    meter.createGauge('load', { unit: '1' }).record(-0.5);
  });
  expect(target).toMatchObject({ name: 'target_info', type: 'GAUGE', metric: [{ gauge: { value: 1 } }] });
  expect(done).toEqual({
    name: 'bytes_read_bytes_total',
    help: 'Bytes "read".',
    type: 'COUNTER',
    unit: 'bytes',
    metric: [
      {
        label: [{ name: 'a_b', value: 'ä"\n' }],
        counter: {
          value: 5,
          createdTimestamp: { seconds: expect.any(Number), nanos: expect.any(Number) },
        },
      },
    ],
  });
  const { seconds, nanos = 0 } = done?.metric[0]?.counter?.createdTimestamp ?? { seconds: 0 };
  expect(Math.abs(seconds + nanos / 1e9 - Date.now() / 1000)).toBeLessThan(60);
  expect(load).toMatchObject({ name: 'load_ratio', type: 'GAUGE', metric: [{ gauge: { value: -0.5 } }] });
});

describe('a histogram', () => {
  test('has classic buckets and native ones beside them', async () => {
    const values = [0.3, 0.3, 0.3, 0.31, 0.4, 0.75, 40, 0];
    const histogram = await histogramOf((own) => {
      for (const value of values) own.record(value);
    });
    expect(histogram).toMatchObject({ sampleCount: 8, schema: 3, zeroThreshold: 2 ** -128, zeroCount: 1 });
    expect(histogram.sampleSum).toBeCloseTo(42.36, 10);
    expect(histogram.bucket).toEqual([
      { cumulativeCount: 6, upperBound: 0.5 },
      { cumulativeCount: 7, upperBound: 1 },
      { cumulativeCount: 8, upperBound: Number.POSITIVE_INFINITY },
    ]);
    const expected = new Map<number, number>();
    for (const value of values.filter((v) => v > 0)) {
      const bucket = Math.ceil(Math.log2(value) * 8);
      expected.set(bucket, (expected.get(bucket) ?? 0) + 1);
    }
    expect(nativeBuckets(histogram)).toEqual(new Map([...expected].sort(([a], [b]) => a - b)));
    // One stretch for 0.3 to 0.75, whose gaps are short, and one far away.
    expect(histogram.positiveSpan?.map(({ length }) => length)).toEqual([4, 1, 1]);
  });

  test('without a value is a native one too', async () => {
    const empty = await histogramOf(() => {});
    expect(empty).toMatchObject({ sampleCount: 0, schema: 3, zeroThreshold: 2 ** -128, zeroCount: 0 });
    expect(empty.positiveSpan).toBeUndefined();
  });

  test('leads from each bucket to the newest sampled span, with its value and its time', async () => {
    vi.useFakeTimers({ now: 1_790_000_000_500 });
    const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };
    const { bucket } = await histogramOf((own) => own.record(7, span));
    vi.useRealTimers();
    expect(bucket.map(({ exemplar }) => exemplar)).toEqual([
      undefined,
      undefined,
      {
        label: [
          { name: 'trace_id', value: span.traceId },
          { name: 'span_id', value: span.spanId },
        ],
        value: 7,
        timestamp: { seconds: 1_790_000_000, nanos: 500_000_000 },
      },
    ]);
  });

  test('of a library has classic buckets alone', async () => {
    const [, family] = await expose((meter) => meter.createHistogram('wait', { unit: 's' }).record(3));
    const histogram = family?.metric[0]?.histogram;
    expect(histogram?.sampleCount).toBe(1);
    expect(histogram?.zeroThreshold).toBeUndefined();
  });
});

test('a page of any length is read whole', async () => {
  const names = Array.from({ length: 3000 }, (_, i) => `${i}`.repeat(1 + (i % 90)));
  const [, family] = await expose((meter) => {
    const counter = meter.createUpDownCounter('many', { description: 'x'.repeat(20_000) });
    for (const name of names.slice(0, 1900)) counter.add(name.length, { name });
  });
  expect(family?.help).toHaveLength(20_000);
  expect(family?.metric.map(({ label, gauge }) => [label?.[0]?.value, gauge?.value])).toEqual(
    names.slice(0, 1900).map((name) => [name, name.length]),
  );
});

test.each([0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER])(
  'the whole number %d and its negative are written so that another reads them',
  (value) => {
    const writer = new ProtobufWriter();
    writer.uint(1, value);
    const half = Math.floor(value / 2);
    writer.sints(2, [half, -half]);
    const reader = protobuf.Reader.create(writer.written);
    expect([reader.uint32(), Number(reader.uint64())]).toEqual([8, value]);
    expect(reader.uint32()).toBe(18);
    reader.uint32();
    expect([Number(reader.sint64()), Number(reader.sint64()) || 0]).toEqual([half, -half || 0]);
  },
);
