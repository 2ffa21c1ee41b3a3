import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { readMessage } from './protobuf.ts';
import {
  type Attributes,
  attributesOf,
  plain,
  type RawLog,
  type RawMetric,
  type RawRequest,
  type RawSpan,
} from './raw.ts';
import { REQUESTS } from './schema.ts';

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
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
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
  readonly points: readonly SeenPoint[];
}

/** Where OTLP is sent by HTTP, as protobuf or as JSON, whichever its sender says it is. */
export interface OtlpSink extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly SeenSpan[];
  readonly logs: readonly SeenLog[];
  /** Of the latest push of each process, by its instance. */
  readonly metrics: ReadonlyMap<string, readonly SeenMetric[]>;
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** All bytes that came, unpacked. */
  readonly received: readonly Buffer[];
}

const KINDS = ['', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
const STATUSES = ['UNSET', 'OK', 'ERROR'] as const;

/** @param answer what it does with a request; default: takes it */
export async function startSink(
  answer: (response: ServerResponse) => void = (response) => response.end(),
): Promise<OtlpSink> {
  const spans: SeenSpan[] = [];
  const logs: SeenLog[] = [];
  const metrics = new Map<string, readonly SeenMetric[]>();
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  const received: Buffer[] = [];

  const take = async (request: IncomingMessage) => {
    const path = request.url ?? '';
    requests.push({ path, headers: request.headers });
    const sent = await buffer(request);
    const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    received.push(bytes);
    const isJson = request.headers['content-type'] === 'application/json';
    const body: RawRequest = isJson ? JSON.parse(bytes.toString()) : readMessage(bytes, REQUESTS[path] ?? {});
    for (const { resource, scopeSpans } of body.resourceSpans ?? [])
      for (const { scope, spans: all = [] } of scopeSpans)
        spans.push(...all.map((span) => seenSpan(span, attributesOf(resource), scope.name)));
    for (const { resource, scopeLogs } of body.resourceLogs ?? [])
      for (const { logRecords = [] } of scopeLogs)
        logs.push(...logRecords.map((log) => seenLog(log, attributesOf(resource))));
    for (const { resource, scopeMetrics } of body.resourceMetrics ?? [])
      metrics.set(
        String(attributesOf(resource)['service.instance.id']),
        scopeMetrics.flatMap(({ metrics: all = [] }) => all.map(seenMetric)),
      );
  };

  const server = createServer((request, response) => {
    take(request).then(
      () => answer(response),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    logs,
    metrics,
    requests,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

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
    links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
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

const seenMetric = ({ name, gauge, sum, histogram }: RawMetric): SeenMetric => ({
  name,
  points: ((gauge ?? sum ?? histogram)?.dataPoints ?? []).map((point) => ({
    attributes: attributesOf(point),
    value: Number(point.asDouble ?? point.asInt ?? point.count ?? 0),
    ...(point.bucketCounts && { sum: point.sum ?? 0, buckets: point.bucketCounts.map(Number) }),
  })),
});
