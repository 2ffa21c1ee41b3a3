import protobuf from 'protobufjs';

/** What the format is by its authors (github.com/prometheus/client_model, metrics.proto), as far as it is looked at. */
const SCHEMA = `
syntax = "proto2";
package io.prometheus.client;
message Timestamp { optional int64 seconds = 1; optional int32 nanos = 2; }
message LabelPair { optional string name = 1; optional string value = 2; }
enum MetricType { COUNTER = 0; GAUGE = 1; SUMMARY = 2; UNTYPED = 3; HISTOGRAM = 4; GAUGE_HISTOGRAM = 5; }
message Gauge { optional double value = 1; }
message Counter { optional double value = 1; optional Exemplar exemplar = 2; optional Timestamp created_timestamp = 3; }
message Histogram {
  optional uint64 sample_count = 1;
  optional double sample_sum = 2;
  repeated Bucket bucket = 3;
  optional Timestamp created_timestamp = 15;
  optional sint32 schema = 5;
  optional double zero_threshold = 6;
  optional uint64 zero_count = 7;
  repeated BucketSpan positive_span = 12;
  repeated sint64 positive_delta = 13;
}
message Bucket { optional uint64 cumulative_count = 1; optional double upper_bound = 2; optional Exemplar exemplar = 3; }
message BucketSpan { optional sint32 offset = 1; optional uint32 length = 2; }
message Exemplar { repeated LabelPair label = 1; optional double value = 2; optional Timestamp timestamp = 3; }
message Metric {
  repeated LabelPair label = 1;
  optional Gauge gauge = 2;
  optional Counter counter = 3;
  optional Histogram histogram = 7;
}
message MetricFamily {
  optional string name = 1;
  optional string help = 2;
  optional MetricType type = 3;
  repeated Metric metric = 4;
  optional string unit = 5;
}
`;

interface Timestamp {
  readonly seconds: number;
  readonly nanos?: number;
}

interface LabelPair {
  readonly name: string;
  readonly value: string;
}

interface NativeBuckets {
  readonly schema?: number;
  readonly zeroThreshold?: number;
  readonly zeroCount?: number;
  readonly positiveSpan?: readonly { readonly offset: number; readonly length: number }[];
  readonly positiveDelta?: readonly number[];
}

export interface ReadHistogram extends NativeBuckets {
  readonly sampleCount: number;
  readonly sampleSum: number;
  readonly bucket: readonly {
    readonly cumulativeCount: number;
    readonly upperBound: number;
    readonly exemplar?: {
      readonly label: readonly LabelPair[];
      readonly value: number;
      readonly timestamp: Timestamp;
    };
  }[];
  readonly createdTimestamp: Timestamp;
}

export interface ReadFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'COUNTER' | 'GAUGE' | 'HISTOGRAM';
  readonly unit?: string;
  readonly metric: readonly {
    readonly label?: readonly LabelPair[];
    readonly gauge?: { readonly value: number };
    readonly counter?: { readonly value: number; readonly createdTimestamp: Timestamp };
    readonly histogram?: ReadHistogram;
  }[];
}

const MetricFamily = protobuf.parse(SCHEMA).root.lookupType('io.prometheus.client.MetricFamily');

/** Reads a page with another's reader of protobuf. */
export function readProtobuf(page: Uint8Array): readonly ReadFamily[] {
  const reader = protobuf.Reader.create(page);
  const families: ReadFamily[] = [];
  while (reader.pos < reader.len) {
    const family = MetricFamily.decodeDelimited(reader);
    families.push(MetricFamily.toObject(family, { enums: String, longs: Number }) as ReadFamily);
  }
  return families;
}

/** Number of each bucket that holds something → how many it holds. */
export function nativeBuckets({ positiveSpan = [], positiveDelta = [] }: NativeBuckets): Map<number, number> {
  const buckets = new Map<number, number>();
  let at = 0;
  let count = 0;
  const deltas = positiveDelta.values();
  for (const { offset, length } of positiveSpan) {
    at += offset;
    for (let i = 0; i < length; i++, at++) {
      count += deltas.next().value ?? Number.NaN;
      if (count > 0) buckets.set(at, count);
    }
  }
  return buckets;
}
