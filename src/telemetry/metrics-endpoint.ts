import type { Handler } from 'hono';
import { shared } from '../shared.ts';
import { within } from '../within.ts';
import { acceptsGzip, contentType, negotiate } from './exposition/negotiation.ts';
import { packed } from './exposition/packed.ts';
import { runningTelemetry, type Scrape } from './running.ts';

const SCRAPE_LIMIT_MS = 5000;

export interface MetricsEndpointOptions {
  /** Answers a scrape that failed. */
  readonly onError: (error: unknown) => Response;
  /** Told why something is missing from a scrape that was answered. */
  readonly onIncomplete: (failure: unknown) => void;
  /** Collects once. Default: the telemetry of this process. */
  readonly scrape?: (() => Promise<Scrape>) | undefined;
  readonly limitMs?: number;
}

/**
 * The handler of the metrics path: 200 with the exposition in the format that suits the client best (gzip when asked),
 * without what could not be observed, or what `onError` says when the collection fails or takes longer than 5 s. Scrapes
 * that overlap share one collection.
 * @returns undefined when telemetry is off: the path is then left to the application's 404
 */
export function metricsHandler(options: MetricsEndpointOptions): Handler | undefined {
  const { onError, onIncomplete, scrape = runningTelemetry()?.scrape, limitMs = SCRAPE_LIMIT_MS } = options;
  if (scrape === undefined) return undefined;
  const collect = shared(async () => {
    const { write, failures } = await within(scrape(), limitMs);
    for (const failure of failures) onIncomplete(failure);
    return write;
  });

  return async (c) => {
    const format = negotiate(c.req.header('accept'));
    let page: Uint8Array<ArrayBuffer>;
    try {
      const write = await collect();
      page = write(format);
    } catch (error) {
      return onError(error);
    }
    const headers = { 'content-type': contentType(format), vary: 'Accept, Accept-Encoding' };
    if (!acceptsGzip(c.req.header('accept-encoding'))) return c.body(page, 200, headers);
    return c.body(await packed(page), 200, { ...headers, 'content-encoding': 'gzip' });
  };
}
