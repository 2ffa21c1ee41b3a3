import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import { InstrumentationBase, type InstrumentationConfig } from '@opentelemetry/instrumentation';
import packageJson from '../../../package.json' with { type: 'json' };
import type { BoundHistogram } from '../bound/bound-histogram.ts';
import type { BoundMetrics, BoundSum } from '../bound/bound-metrics.ts';
import { CATALOGUE } from '../catalogue.ts';
import {
  beginExchange,
  CLIENT_CLOSED_REQUEST,
  countBodyBytes,
  endExchange,
  exchangeOf,
  scrapeTest,
} from './exchange.ts';

export interface ServerMetricsConfig extends InstrumentationConfig {
  readonly metrics: BoundMetrics;
  /** Upper bounds of `http.server.request.duration`, seconds. */
  readonly latencyBuckets: readonly number[];
  /** Whether to keep `http.server.active_requests`. */
  readonly inFlight: boolean;
  /** Of the scrape, which is not counted. */
  readonly metricsPath: string;
}

const STARTED = 'http.server.request.start';
// The same set as HttpInstrumentation's, so that spans and metrics say `_OTHER` for the same requests.
const METHODS = new Set('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '));

interface Series {
  readonly duration: BoundHistogram;
  readonly received: BoundHistogram;
  readonly sent: BoundHistogram;
}

/**
 * Duration, body sizes and requests in flight of every HTTP server in this process, by the semantic conventions. Node
 * itself says when a request begins (its diagnostics channel), so that nothing is wrapped, no span is made and no header
 * read. Of HttpInstrumentation, which makes the spans where there is somewhere to send them, no metric is taken.
 */
export class ServerMetrics extends InstrumentationBase<ServerMetricsConfig> {
  // Set by `enable`, which the base class calls before fields of ours would be initialised.
  declare private started: ((message: unknown) => void) | undefined;

  constructor(config: ServerMetricsConfig) {
    super(`${packageJson.name}/http-server-metrics`, packageJson.version, config);
  }

  protected override init(): void {}

  override enable(): void {
    if (this.started !== undefined) return;
    countBodyBytes();
    this.started = listener(this.getConfig());
    subscribe(STARTED, this.started);
  }

  override disable(): void {
    if (this.started !== undefined) unsubscribe(STARTED, this.started);
    this.started = undefined;
  }
}

function listener({ metrics, latencyBuckets, inFlight, metricsPath }: ServerMetricsConfig) {
  const { httpServerRequestDuration, httpServerRequestBodySize, httpServerResponseBodySize } = CATALOGUE;
  const duration = metrics.histogram(httpServerRequestDuration, latencyBuckets);
  const received = metrics.histogram(httpServerRequestBodySize, httpServerRequestBodySize.buckets);
  const sent = metrics.histogram(httpServerResponseBodySize, httpServerResponseBodySize.buckets);
  const active = inFlight ? metrics.upDownCounter(CATALOGUE.httpServerActiveRequests) : undefined;

  /** By route, then by status and method. */
  const series = new Map<string | undefined, Map<string, Series>>();
  const seriesOf = (route: string | undefined, status: number, method: string): Series => {
    let ofRoute = series.get(route);
    if (ofRoute === undefined) {
      ofRoute = new Map();
      series.set(route, ofRoute);
    }
    const key = method + status;
    let found = ofRoute.get(key);
    if (found === undefined) {
      const attributes: Attributes = {
        'http.request.method': method,
        'http.response.status_code': status,
        ...(route !== undefined && { 'http.route': route }),
      };
      found = {
        duration: duration.bind(status < 500 ? attributes : { ...attributes, 'error.type': String(status) }),
        received: received.bind(attributes),
        sent: sent.bind(attributes),
      };
      ofRoute.set(key, found);
    }
    return found;
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

  function ended(this: ServerResponse): void {
    const exchange = exchangeOf(this);
    if (exchange === undefined) return;
    if (!this.headersSent) this.statusCode = CLIENT_CLOSED_REQUEST;
    const method = methodOf(this.req);
    const own = seriesOf(exchange.route, this.statusCode, method);
    const { startedAt, received, sent, span } = exchange;
    own.duration.record((performance.now() - startedAt) / 1000, span);
    own.received.record(received, span);
    own.sent.record(sent, span);
    countActive(method, -1);
    endExchange(this);
  }

  const isScrape = scrapeTest(metricsPath);
  return (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (isScrape(request)) return;
    beginExchange(request, response);
    countActive(methodOf(request), 1);
    response.on('close', ended);
  };
}

const methodOf = ({ method = '' }: IncomingMessage): string => (METHODS.has(method) ? method : '_OTHER');
