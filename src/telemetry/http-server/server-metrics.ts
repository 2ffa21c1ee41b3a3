import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import type { BoundHistogram } from '../bound/bound-histogram.ts';
import type { BoundMetrics, BoundSum } from '../bound/bound-metrics.ts';
import { sampledSpanOf } from '../bound/exemplar.ts';
import { CATALOGUE } from '../catalogue.ts';
import type { Exchange } from './exchange.ts';
import { methodOf } from './method.ts';

export interface ServerMetricsOptions {
  readonly metrics: BoundMetrics;
  /** Upper bounds of `http.server.request.duration`, seconds. */
  readonly latencyBuckets: readonly number[];
  /** Whether to keep `http.server.active_requests`. */
  readonly inFlight: boolean;
}

interface ServerMetrics {
  begin(request: IncomingMessage): void;
  end(exchange: Exchange, response: ServerResponse): void;
}

interface Series {
  readonly duration: BoundHistogram;
  readonly received: BoundHistogram;
  readonly sent: BoundHistogram;
}

/**
 * Duration, body sizes and requests in flight, by the semantic conventions. The series of each route, status and method
 * are bound when they are first needed.
 */
export function serverMetrics({ metrics, latencyBuckets, inFlight }: ServerMetricsOptions): ServerMetrics {
  const { httpServerRequestDuration, httpServerRequestBodySize, httpServerResponseBodySize } = CATALOGUE;
  const duration = metrics.histogram(httpServerRequestDuration, latencyBuckets);
  const received = metrics.histogram(httpServerRequestBodySize, httpServerRequestBodySize.buckets);
  const sent = metrics.histogram(httpServerResponseBodySize, httpServerResponseBodySize.buckets);
  const active = inFlight ? metrics.upDownCounter(CATALOGUE.httpServerActiveRequests) : undefined;

  const series = new Map<string | undefined, Map<number, Map<string, Series>>>();
  const bind = (route: string | undefined, status: number, method: string): Series => {
    const attributes: Attributes = {
      'http.request.method': method,
      'http.response.status_code': status,
      ...(route !== undefined && { 'http.route': route }),
    };
    const bound = {
      duration: duration.bind(status < 500 ? attributes : { ...attributes, 'error.type': String(status) }),
      received: received.bind(attributes),
      sent: sent.bind(attributes),
    };
    const ofRoute = series.get(route) ?? new Map<number, Map<string, Series>>();
    const ofStatus = ofRoute.get(status) ?? new Map<string, Series>();
    series.set(route, ofRoute.set(status, ofStatus.set(method, bound)));
    return bound;
  };

  const inFlightBy = new Map<string, BoundSum>();
  const countActive = (method: string, by: number) => {
    if (active === undefined) return;
    let sum = inFlightBy.get(method);
    if (sum === undefined) {
      sum = active.bind({ 'http.request.method': method });
      inFlightBy.set(method, sum);
    }
    sum.add(by);
  };

  return {
    begin: (request) => countActive(methodOf(request), 1),
    end({ route, startedAt, received, sent, context }, { req, statusCode }) {
      const method = methodOf(req);
      const own = series.get(route)?.get(statusCode)?.get(method) ?? bind(route, statusCode, method);
      const span = sampledSpanOf(context);
      own.duration.record((performance.now() - startedAt) / 1000, span);
      own.received.record(received, span);
      own.sent.record(sent, span);
      countActive(method, -1);
    },
  };
}
