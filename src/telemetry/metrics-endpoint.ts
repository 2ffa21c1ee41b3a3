import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Handler } from 'hono';
import { within } from '../within.ts';
import { runningTelemetry, type Scrape } from './running.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const SCRAPE_LIMIT_MS = 5000;
const gzipped = promisify(gzip);

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
 * The handler of the metrics path: 200 with the exposition (gzip when asked), without what could not be observed, or
 * what `onError` says when the collection fails or takes longer than 5 s. Scrapes that overlap share one collection.
 * @returns undefined when telemetry is off: the path is then left to the application's 404
 */
export function metricsHandler(options: MetricsEndpointOptions): Handler | undefined {
  const { onError, onIncomplete, scrape = runningTelemetry()?.scrape, limitMs = SCRAPE_LIMIT_MS } = options;
  if (scrape === undefined) return undefined;
  const collect = shared(async () => {
    const { text, failures } = await within(scrape(), limitMs);
    for (const failure of failures) onIncomplete(failure);
    return text;
  });

  return async (c) => {
    let text: string;
    try {
      text = await collect();
    } catch (error) {
      return onError(error);
    }
    const headers = { 'content-type': CONTENT_TYPE, vary: 'accept-encoding' };
    if (!acceptsGzip(c.req.header('accept-encoding'))) return c.body(text, 200, headers);
    return c.body(await gzipped(text), 200, { ...headers, 'content-encoding': 'gzip' });
  };
}

/** One call under way at a time; whoever asks meanwhile gets its result. */
function shared<T>(start: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= start().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

/** RFC 9110 §12.5.3: named, or covered by `*`, and not refused with `q=0`. */
function acceptsGzip(header = ''): boolean {
  const qualities = new Map(
    header.split(',').map((item) => {
      const [coding = '', ...parameters] = item.toLowerCase().split(';');
      const quality = parameters.find((parameter) => parameter.trim().startsWith('q='));
      return [coding.trim(), quality === undefined ? 1 : Number(quality.trim().slice(2))] as const;
    }),
  );
  return (qualities.get('gzip') ?? qualities.get('*') ?? 0) > 0;
}
