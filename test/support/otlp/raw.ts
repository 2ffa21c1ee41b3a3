/** OTLP in its JSON form, as far as it is looked at. */
interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}

interface KeyValue {
  readonly key: string;
  readonly value?: AnyValue;
}

interface Described {
  readonly attributes?: readonly KeyValue[];
}

export interface RawSpan extends Described {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number };
  readonly links?: readonly (Described & { readonly traceId: string; readonly spanId: string })[];
  readonly events?: readonly (Described & { readonly name: string })[];
}

export interface RawLog extends Described {
  readonly traceId?: string;
  readonly severityText: string;
  readonly body?: AnyValue;
}

export interface RawPoint extends Described {
  readonly asDouble?: number;
  readonly asInt?: string | number;
  readonly count?: string | number;
  readonly sum?: number;
  readonly bucketCounts?: readonly (string | number)[];
}

interface Points {
  readonly dataPoints?: readonly RawPoint[];
}

export interface RawMetric {
  readonly name: string;
  readonly unit?: string;
  readonly gauge?: Points;
  readonly sum?: Points & { readonly isMonotonic?: boolean };
  readonly histogram?: Points;
}

interface Sender {
  readonly resource: Described;
}

export interface RawRequest {
  readonly resourceSpans?: readonly (Sender & {
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans?: RawSpan[] }[];
  })[];
  readonly resourceLogs?: readonly (Sender & {
    readonly scopeLogs: readonly { readonly logRecords?: RawLog[] }[];
  })[];
  readonly resourceMetrics?: readonly (Sender & {
    readonly scopeMetrics: readonly { readonly metrics?: RawMetric[] }[];
  })[];
}

export type Attributes = Readonly<Record<string, unknown>>;

export const attributesOf = ({ attributes = [] }: Described): Attributes =>
  Object.fromEntries(attributes.map(({ key, value = {} }) => [key, plain(value)]));

export function plain(value: AnyValue): unknown {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plain);
  if (value.kvlistValue) return attributesOf({ attributes: value.kvlistValue.values ?? [] });
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue;
}
