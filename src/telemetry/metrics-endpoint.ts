import { createHash, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Handler } from 'hono';
import { runningTelemetry } from './running.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const SCRAPE_LIMIT_MS = 5000;
const gzipped = promisify(gzip);

export interface MetricsEndpointOptions {
  /** When set, a scrape must carry it as a bearer token. */
  readonly bearerToken?: string | undefined;
  /** Told why a scrape was answered 503; the answer itself gives no reason. */
  readonly onError?: (error: unknown) => void;
  /** Collects once → text. Default: the telemetry of this process. */
  readonly scrape?: (() => Promise<string>) | undefined;
  readonly limitMs?: number;
}

/**
 * The handler of the metrics path: 200 with the exposition (gzip when asked), 401 without the token, 503 when the
 * collection fails or takes longer than 5 s. Scrapes that overlap share one collection.
 * @returns undefined when telemetry is off: the path is then left to the application's 404
 */
export function metricsHandler(options: MetricsEndpointOptions = {}): Handler | undefined {
  const { bearerToken, onError, scrape = runningTelemetry()?.scrape, limitMs = SCRAPE_LIMIT_MS } = options;
  if (scrape === undefined) return undefined;
  const collect = shared(() => within(scrape(), limitMs));
  const isAllowed = bearerToken === undefined ? () => true : bearerCheck(bearerToken);

  return async (c) => {
    if (!isAllowed(c.req.header('authorization'))) {
      return c.text('Metrics need a bearer token.\n', 401, { 'www-authenticate': 'Bearer realm="metrics"' });
    }
    let text: string;
    try {
      text = await collect();
    } catch (error) {
      onError?.(error);
      return c.text('Metrics could not be collected.\n', 503);
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

async function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error(`not collected within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Compares digests, which have one length whatever was sent, in constant time. */
function bearerCheck(token: string): (authorization: string | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (authorization = '') => {
    const given = /^Bearer +(.+)$/i.exec(authorization)?.[1] ?? '';
    return timingSafeEqual(digest(given), expected);
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
