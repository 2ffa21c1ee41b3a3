import type { IncomingMessage, ServerResponse } from 'node:http';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import {
  beginExchange,
  CLIENT_CLOSED_REQUEST,
  countBodyBytes,
  exchangeOf,
  scrapeTest,
} from '../telemetry/http-server/exchange.ts';
import type { Logger } from '../telemetry/log/events.ts';
import { logAt } from '../telemetry/log/log-at.ts';
import { PROBES } from '../vocabulary/probes.ts';

/** To be called when a request begins: writes its one line when it has ended, however it does. */
export type RequestLog = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A line names the route, never the address: what a client wrote into that is its own affair. Probes and scrapes, which
 * come every few seconds, are for those who look closely, also where the endpoint is switched off and they find nothing.
 * @param metricsPath of the scrape
 */
export function requestLog(logger: Logger, metricsPath: string): RequestLog {
  countBodyBytes();
  const probes = new Set<string>(Object.values(PROBES));
  const isScrape = scrapeTest(metricsPath);

  function ended(this: ServerResponse): void {
    const exchange = exchangeOf(this);
    if (exchange === undefined) return;
    const { route, received, sent, startedAt } = exchange;
    const status = this.headersSent ? this.statusCode : CLIENT_CLOSED_REQUEST;
    const isRoutine = isScrape(this.req) || (route !== undefined && probes.has(route));
    const level = status >= 500 ? 'warn' : isRoutine ? 'debug' : 'info';
    if (!logger.isLevelEnabled(level)) return;
    const write = () =>
      logAt(
        logger,
        level,
        {
          method: this.req.method ?? '',
          route,
          status,
          duration_ms: Math.round((performance.now() - startedAt) * 1000) / 1000,
          received_bytes: received,
          sent_bytes: sent,
        },
        'request',
      );
    // The line belongs to the request's trace, which the end of a connection knows nothing of.
    context.with(exchange.context ?? ROOT_CONTEXT, write);
  }

  return (request, response) => {
    if (!logger.isLevelEnabled('warn')) return;
    // Begun by whoever counts requests, where somebody does.
    const exchange = exchangeOf(request) ?? beginExchange(request, response);
    exchange.context ??= context.active();
    response.on('close', ended);
  };
}
