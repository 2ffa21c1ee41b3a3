import { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '@opentelemetry/api';
import { PROBES } from '../../vocabulary/probes.ts';

/**
 * A request and its answer while they are under way: what is known only at their end is collected here. A class and no
 * literal: V8 may take it into its head that what one literal makes lives long, and from then on each would keep what it
 * leads to until the next full collection.
 */
export class Exchange {
  /** By `performance.now()`. */
  readonly startedAt = performance.now();
  /** Bytes of the bodies. */
  received = 0;
  sent = 0;
  /** Template of the route; undefined: none matched. */
  route: string | undefined = undefined;
  /** That of the work for it, with its span. */
  context: Context | undefined = undefined;
}

const EXCHANGE = Symbol('http.exchange');
interface Tracked {
  [EXCHANGE]?: Exchange | undefined;
}

/** A client that hangs up before the answer (nginx's code for it). */
export const CLIENT_CLOSED_REQUEST = 499;

/** From now on the bodies of both are counted. */
export function beginExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const exchange = new Exchange();
  (request as Tracked)[EXCHANGE] = exchange;
  (response as Tracked)[EXCHANGE] = exchange;
  return exchange;
}

/** Undefined for a request that nobody counts. */
export const exchangeOf = (message: object): Exchange | undefined => (message as Tracked)[EXCHANGE];

let isCounting = false;

/**
 * Counts the bytes of bodies, by patching three methods of `node:http` once and for the life of the process: listening
 * for `data` would change the flow of the stream, and wrapping each request costs several times as much.
 */
export function countBodyBytes(): void {
  if (isCounting) return;
  isCounting = true;
  const { push } = IncomingMessage.prototype;
  IncomingMessage.prototype.push = function (this: IncomingMessage, chunk: unknown, encoding) {
    const exchange = exchangeOf(this);
    if (exchange !== undefined) exchange.received += byteLength(chunk, encoding);
    return push.call(this, chunk, encoding);
  };

  const { write, end } = ServerResponse.prototype;
  ServerResponse.prototype.write = function (
    this: ServerResponse,
    chunk: unknown,
    encoding?: unknown,
    callback?: unknown,
  ) {
    countSent(this, chunk, encoding);
    return write.call(this, chunk, encoding as BufferEncoding, callback as () => void);
  };
  ServerResponse.prototype.end = function (
    this: ServerResponse,
    chunk?: unknown,
    encoding?: unknown,
    callback?: unknown,
  ) {
    countSent(this, chunk, encoding);
    return end.call(this, chunk, encoding as BufferEncoding, callback as () => void);
  };
}

function countSent(response: ServerResponse, chunk: unknown, encoding: unknown): void {
  const exchange = exchangeOf(response);
  if (exchange === undefined || response.destroyed || response.writableEnded || isBodiless(response)) return;
  exchange.sent += byteLength(chunk, encoding);
}

/** Node drops what a handler writes to these (RFC 9110 §6.4.1). */
function isBodiless({ req, statusCode }: ServerResponse): boolean {
  return req.method === 'HEAD' || statusCode === 204 || statusCode === 304;
}

function byteLength(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk, encoding as BufferEncoding);
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

/** Whether a request is the scrape, which is neither counted nor traced. */
export function scrapeTest(metricsPath: string): (request: IncomingMessage) => boolean {
  const query = `${metricsPath}?`;
  return ({ method, url = '' }) => method === 'GET' && (url === metricsPath || url.startsWith(query));
}

const PROBE_PATHS: ReadonlySet<string> = new Set(Object.values(PROBES));

/** Whether a request asks for nothing but our health, every few seconds; such are counted, but not traced. */
export const isProbe = ({ url = '' }: IncomingMessage): boolean => {
  const query = url.indexOf('?');
  return PROBE_PATHS.has(query < 0 ? url : url.slice(0, query));
};
