import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { InstrumentationBase, type InstrumentationConfig } from '@opentelemetry/instrumentation';
import packageJson from '../../../package.json' with { type: 'json' };
import { beginExchange, CLIENT_CLOSED_REQUEST, countBodyBytes, exchangeOf, scrapeTest } from './exchange.ts';
import { type ServerMetricsOptions, serverMetrics } from './server-metrics.ts';
import { idsAlone, recordedSpans, type Sampling } from './server-spans.ts';

export interface HttpServerConfig extends InstrumentationConfig, ServerMetricsOptions {
  /** Of the scrape, which is neither counted nor traced. */
  readonly metricsPath: string;
  /** Which spans are sent; undefined: they have nowhere to go. */
  readonly sampling: Sampling | undefined;
}

const STARTED = 'http.server.request.start';

/**
 * Metrics and spans of every HTTP server in this process. Node itself says when a request begins (its diagnostics
 * channel), so that nothing is wrapped: what one request costs is one object, one listener and, where spans have somewhere
 * to go, the question whether this one is wanted.
 */
export class HttpServerInstrumentation extends InstrumentationBase<HttpServerConfig> {
  // Set by `enable`, which the base class calls before fields of ours would be initialised.
  declare private started: ((message: unknown) => void) | undefined;

  constructor(config: HttpServerConfig) {
    super(`${packageJson.name}/http-server`, packageJson.version, config);
  }

  protected override init(): void {}

  override enable(): void {
    if (this.started !== undefined) return;
    countBodyBytes();
    const config = this.getConfig();
    const metrics = serverMetrics(config);
    const spans = config.sampling ? recordedSpans(() => this.tracer, config.sampling) : idsAlone;
    const isScrape = scrapeTest(config.metricsPath);

    function ended(this: ServerResponse): void {
      const exchange = exchangeOf(this);
      if (exchange === undefined) return;
      if (!this.headersSent) this.statusCode = CLIENT_CLOSED_REQUEST;
      // Before the span ends: the values lead to it as long as it is under way.
      metrics.end(exchange, this);
      spans.end(exchange, this);
    }

    this.started = (message) => {
      const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
      if (isScrape(request)) return;
      const exchange = beginExchange(request, response);
      exchange.context = spans.begin(request);
      metrics.begin(request);
      response.on('close', ended);
    };
    subscribe(STARTED, this.started);
  }

  override disable(): void {
    if (this.started !== undefined) unsubscribe(STARTED, this.started);
    this.started = undefined;
  }
}
