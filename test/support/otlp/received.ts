import {
  type Attributes,
  attributesOf,
  plain,
  type RawLog,
  type RawMetric,
  type RawRequest,
  type RawSpan,
} from './raw.ts';

export interface SeenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER';
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly status: 'UNSET' | 'OK' | 'ERROR';
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes: Attributes;
  }[];
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly role: unknown;
  readonly instrumentation: string;
}

export interface SeenLog {
  readonly traceId: string;
  readonly severity: string;
  readonly body: unknown;
  readonly attributes: Attributes;
  readonly role: unknown;
}

interface SeenPoint {
  readonly attributes: Attributes;
  /** Of a histogram: its count. */
  readonly value: number;
  readonly sum?: number;
  readonly buckets?: readonly number[];
}

export interface SeenMetric {
  readonly name: string;
  readonly instrument: 'counter' | 'updowncounter' | 'gauge' | 'histogram';
  readonly unit: string;
  readonly points: readonly SeenPoint[];
}

/** What came by OTLP, whichever way it came. */
export class Received {
  readonly spans: SeenSpan[] = [];
  readonly logs: SeenLog[] = [];
  /** Of the latest push of each process, by its instance. */
  readonly metrics = new Map<string, readonly SeenMetric[]>();
  /** Of every push: a process that stops pushes once more when its database is gone, and with it some gauges. */
  readonly pushed: SeenMetric[] = [];
  /** Of whatever sent something. */
  readonly resources: Attributes[] = [];

  take(body: RawRequest): void {
    for (const { resource } of Object.values(body).flat()) this.resources.push(attributesOf(resource));
    for (const { resource, scopeSpans } of body.resourceSpans ?? [])
      for (const { scope, spans = [] } of scopeSpans)
        this.spans.push(...spans.map((span) => seenSpan(span, attributesOf(resource), scope.name)));
    for (const { resource, scopeLogs } of body.resourceLogs ?? [])
      for (const { logRecords = [] } of scopeLogs)
        this.logs.push(...logRecords.map((log) => seenLog(log, attributesOf(resource))));
    for (const { resource, scopeMetrics } of body.resourceMetrics ?? []) {
      const latest = scopeMetrics.flatMap(({ metrics = [] }) => metrics.map(seenMetric));
      this.metrics.set(String(attributesOf(resource)['service.instance.id']), latest);
      this.pushed.push(...latest);
    }
  }
}

const KINDS = ['', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
const STATUSES = ['UNSET', 'OK', 'ERROR'] as const;

function seenSpan(span: RawSpan, resource: Attributes, instrumentation: string): SeenSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    name: span.name,
    kind: KINDS[span.kind] as SeenSpan['kind'],
    start: Number(span.startTimeUnixNano) / 1e6,
    end: Number(span.endTimeUnixNano) / 1e6,
    attributes: attributesOf(span),
    status: STATUSES[span.status?.code ?? 0]!,
    links: (span.links ?? []).map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attributes: attributesOf(link),
    })),
    events: (span.events ?? []).map((event) => ({ name: event.name, attributes: attributesOf(event) })),
    role: resource['mlops.role'],
    instrumentation,
  };
}

const seenLog = (log: RawLog, resource: Attributes): SeenLog => ({
  traceId: log.traceId ?? '',
  severity: log.severityText,
  body: plain(log.body ?? {}),
  attributes: attributesOf(log),
  role: resource['mlops.role'],
});

const seenMetric = ({ name, unit = '', gauge, sum, histogram }: RawMetric): SeenMetric => ({
  name,
  instrument: gauge ? 'gauge' : histogram ? 'histogram' : sum?.isMonotonic ? 'counter' : 'updowncounter',
  unit,
  points: ((gauge ?? sum ?? histogram)?.dataPoints ?? []).map((point) => ({
    attributes: attributesOf(point),
    value: Number(point.asDouble ?? point.asInt ?? point.count ?? 0),
    ...(point.bucketCounts && { sum: point.sum ?? 0, buckets: point.bucketCounts.map(Number) }),
  })),
});
