import type { HrTime } from '@opentelemetry/api';
import type { DetailedHistogram } from '../bound/bound-histogram.ts';
import type { Exemplar } from '../bound/exemplar.ts';
import { type ExponentialCounts, ZERO_THRESHOLD } from '../bound/exponential-buckets.ts';
import { type Family, writeSeries } from './families.ts';
import { labelsOf, oncePerSeries } from './labels.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

// The fields of io.prometheus.client (github.com/prometheus/client_model, metrics.proto), by their numbers.
const FAMILY = { name: 1, help: 2, type: 3, metric: 4, unit: 5 };
const TYPE = { counter: 0, gauge: 1, info: 1, histogram: 4 };
const METRIC = { label: 1, gauge: 2, counter: 3, histogram: 7 };
const LABEL = { name: 1, value: 2 };
const GAUGE = { value: 1 };
const COUNTER = { value: 1, created: 3 };
const HISTOGRAM = {
  count: 1,
  sum: 2,
  bucket: 3,
  schema: 5,
  zeroThreshold: 6,
  zeroCount: 7,
  positiveSpan: 12,
  positiveDelta: 13,
  created: 15,
};
const BUCKET = { cumulativeCount: 1, upperBound: 2, exemplar: 3 };
const SPAN = { offset: 1, length: 2 };
const EXEMPLAR = { label: 1, value: 2, timestamp: 3 };
const TIMESTAMP = { seconds: 1, nanos: 2 };

/** A gap of so many empty buckets takes less as zeros than as the beginning of another span. */
const SHORT_GAP = 2;

/**
 * Prometheus' protobuf format, a delimited MetricFamily after the other: the only one with native histograms, and the one
 * whose start times cost no series. Classic buckets stand beside the native ones, in the same message.
 */
export function writeProtobuf(families: Iterable<Family>): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter();
  for (const family of families) {
    const message = writer.open();
    writer.string(FAMILY.name, family.seriesName);
    writer.string(FAMILY.help, family.help);
    writer.uint(FAMILY.type, TYPE[family.type]);
    writeSeries(family, {
      number: ({ attributes, value, startTime }) => {
        const metric = writer.open(FAMILY.metric);
        writer.raw(labelBytes(attributes));
        if (family.type === 'counter') counter(writer, value, startTime);
        else gauge(writer, value);
        writer.close(metric);
      },
      histogram: ({ attributes, value, startTime }) => {
        const metric = writer.open(FAMILY.metric);
        writer.raw(labelBytes(attributes));
        histogram(writer, value, startTime);
        writer.close(metric);
      },
    });
    if (family.unit !== '') writer.string(FAMILY.unit, family.unit);
    writer.close(message);
  }
  return writer.written;
}

const labelWriter = new ProtobufWriter();
const labelBytes = oncePerSeries((attributes) => {
  labelWriter.clear();
  for (const [name, value] of labelsOf(attributes)) label(labelWriter, METRIC.label, name, value);
  return labelWriter.written.slice();
});

function label(writer: ProtobufWriter, field: number, name: string, value: string): void {
  const message = writer.open(field);
  writer.string(LABEL.name, name);
  writer.string(LABEL.value, value);
  writer.close(message);
}

function gauge(writer: ProtobufWriter, value: number): void {
  const message = writer.open(METRIC.gauge);
  writer.double(GAUGE.value, value);
  writer.close(message);
}

function counter(writer: ProtobufWriter, value: number, startTime: HrTime): void {
  const message = writer.open(METRIC.counter);
  writer.double(COUNTER.value, value);
  timestamp(writer, COUNTER.created, ...startTime);
  writer.close(message);
}

function histogram(writer: ProtobufWriter, value: DetailedHistogram, startTime: HrTime): void {
  const { buckets, sum = 0, count, exemplars, exponential } = value;
  const message = writer.open(METRIC.histogram);
  writer.uint(HISTOGRAM.count, count);
  writer.double(HISTOGRAM.sum, sum);
  let cumulative = 0;
  for (let i = 0; i <= buckets.boundaries.length; i++) {
    cumulative += buckets.counts[i]!;
    const bucket = writer.open(HISTOGRAM.bucket);
    writer.uint(BUCKET.cumulativeCount, cumulative);
    writer.double(BUCKET.upperBound, buckets.boundaries[i] ?? Number.POSITIVE_INFINITY);
    const exemplar = exemplars?.[i];
    if (exemplar !== undefined) writeExemplar(writer, exemplar);
    writer.close(bucket);
  }
  if (exponential !== undefined) native(writer, exponential);
  timestamp(writer, HISTOGRAM.created, ...startTime);
  writer.close(message);
}

/** With a zero threshold, a histogram without a value is a native one too. */
function native(writer: ProtobufWriter, { schema, zeroCount, first, counts }: ExponentialCounts): void {
  writer.sint(HISTOGRAM.schema, schema);
  writer.double(HISTOGRAM.zeroThreshold, ZERO_THRESHOLD);
  writer.uint(HISTOGRAM.zeroCount, zeroCount);
  const deltas: number[] = [];
  let before = 0;
  let ended = 0;
  for (let i = 0; i < counts.length; ) {
    if (counts[i] === 0) {
      i++;
      continue;
    }
    const end = endOfStretch(counts, i);
    // How far it is from the end of the one before, of the first from 0.
    const span = writer.open(HISTOGRAM.positiveSpan);
    writer.sint(SPAN.offset, first + i - ended);
    writer.uint(SPAN.length, end - i);
    writer.close(span);
    ended = first + end;
    for (; i < end; i++) {
      deltas.push(counts[i]! - before);
      before = counts[i]!;
    }
  }
  if (deltas.length > 0) writer.sints(HISTOGRAM.positiveDelta, deltas);
}

/** Where buckets with something in them no longer follow each other, from one that has. */
function endOfStretch(counts: readonly number[], start: number): number {
  let end = start + 1;
  for (let i = end; i < counts.length && i - end <= SHORT_GAP; i++) if (counts[i] !== 0) end = i + 1;
  return end;
}

function writeExemplar(writer: ProtobufWriter, { value, span, time }: Exemplar): void {
  const message = writer.open(BUCKET.exemplar);
  label(writer, EXEMPLAR.label, 'trace_id', span.traceId);
  label(writer, EXEMPLAR.label, 'span_id', span.spanId);
  writer.double(EXEMPLAR.value, value);
  timestamp(writer, EXEMPLAR.timestamp, Math.floor(time / 1000), (time % 1000) * 1e6);
  writer.close(message);
}

function timestamp(writer: ProtobufWriter, field: number, seconds: number, nanos: number): void {
  const message = writer.open(field);
  writer.uint(TIMESTAMP.seconds, seconds);
  writer.uint(TIMESTAMP.nanos, nanos);
  writer.close(message);
}
