import { IncomingMessage, ServerResponse } from 'node:http';
import { context, metrics } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { CATALOGUE, METER_NAME } from './catalogue.ts';

/**
 * What HttpInstrumentation leaves out of the HTTP server metrics: bytes in, bytes out, requests in flight, and
 * 499 for clients that hang up before the answer. Bytes are counted by patching three prototype methods once and
 * keeping one small record per request: listening for `data` would change the flow of the stream, and wrapping
 * each request costs several times as much.
 */
interface Exchange {
  received: number;
  sent: number;
}

const EXCHANGE = Symbol('http.exchange');
interface Tracked {
  [EXCHANGE]?: Exchange;
}

// The same set as HttpInstrumentation's, so that both say `_OTHER` for the same requests.
const KNOWN_METHODS = new Set('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '));

/** Patches `node:http`, once and for the life of the process. */
export function countBodyBytes(): void {
  const { push } = IncomingMessage.prototype;
  IncomingMessage.prototype.push = function (this: IncomingMessage & Tracked, chunk: unknown, encoding) {
    const exchange = this[EXCHANGE];
    if (exchange !== undefined) exchange.received += byteLength(chunk, encoding);
    return push.call(this, chunk, encoding);
  };

  const { write, end } = ServerResponse.prototype;
  ServerResponse.prototype.write = function (
    this: ServerResponse & Tracked,
    chunk: unknown,
    encoding?: unknown,
    callback?: unknown,
  ) {
    countSent(this, chunk, encoding);
    return write.call(this, chunk, encoding as BufferEncoding, callback as () => void);
  };
  ServerResponse.prototype.end = function (
    this: ServerResponse & Tracked,
    chunk?: unknown,
    encoding?: unknown,
    callback?: unknown,
  ) {
    countSent(this, chunk, encoding);
    return end.call(this, chunk, encoding as BufferEncoding, callback as () => void);
  };
}

function countSent(response: ServerResponse & Tracked, chunk: unknown, encoding: unknown): void {
  const exchange = response[EXCHANGE];
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

/**
 * @param inFlight whether to keep `http.server.active_requests`
 * @returns what HttpInstrumentation must call as `responseHook`: inside the request's context and before its own
 *   listener for the end of the response, so that both record the same status and route
 */
export function trackExchanges(inFlight: boolean): (response: ServerResponse) => void {
  // Made at the first request: by then the meter provider is set, and instruments made before it are dead for ever.
  let instruments: ReturnType<typeof createInstruments> | undefined;

  return (response) => {
    instruments ??= createInstruments(inFlight);
    const { requestBodySize, responseBodySize, active } = instruments;
    const request = response.req;
    const { method = '' } = request;
    const methodLabel = { 'http.request.method': KNOWN_METHODS.has(method) ? method : '_OTHER' };
    const rpc = getRPCMetadata(context.active());
    const exchange: Exchange = { received: 0, sent: 0 };
    (request as Tracked)[EXCHANGE] = exchange;
    (response as Tracked)[EXCHANGE] = exchange;
    active?.add(1, methodLabel);

    response.once('close', () => {
      if (!response.headersSent) response.statusCode = 499;
      const labels = {
        ...methodLabel,
        'http.response.status_code': response.statusCode,
        ...(rpc?.route !== undefined && { 'http.route': rpc.route }),
      };
      requestBodySize.record(exchange.received, labels);
      responseBodySize.record(exchange.sent, labels);
      active?.add(-1, methodLabel);
      delete (request as Tracked)[EXCHANGE];
      delete (response as Tracked)[EXCHANGE];
    });
  };
}

function createInstruments(inFlight: boolean) {
  const meter = metrics.getMeter(METER_NAME);
  const { httpServerRequestBodySize, httpServerResponseBodySize, httpServerActiveRequests } = CATALOGUE;
  return {
    requestBodySize: meter.createHistogram(httpServerRequestBodySize.name, httpServerRequestBodySize),
    responseBodySize: meter.createHistogram(httpServerResponseBodySize.name, httpServerResponseBodySize),
    active: inFlight
      ? meter.createUpDownCounter(httpServerActiveRequests.name, httpServerActiveRequests)
      : undefined,
  };
}
