import { createServer, type IncomingMessage, maxHeaderSize, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { inRequestTrace, inTraceOfItsOwn } from '../telemetry/running.ts';
import type { HttpRefusal } from '../vocabulary/http-refusals.ts';
import { within } from '../within.ts';
import { continueWhenRead } from './continue.ts';
import { listen } from './listen.ts';
import { problemBytes, unreadableRequest } from './problem.ts';
import type { RequestLog } from './request-log.ts';
import { endUnreadBody } from './unread-body.ts';

export interface ServerLimits {
  /** From the opening of a connection, or the first byte of a further request, to the end of the request's headers. */
  readonly headersMs: number;
  /** Without a request, after one that was answered. */
  readonly idleMs: number;
  /** How often these two are looked after. */
  readonly checkMs: number;
  /** What requests under way may still take once the server is closed. */
  readonly closeMs: number;
}

const LIMITS: ServerLimits = {
  headersMs: 30_000,
  // Longer than the proxies in front of us keep a connection, so that it is they who end it.
  idleMs: 75_000,
  checkMs: 5000,
  closeMs: 4000,
};
/** From the last connection's end until the handlers of their requests have noticed. */
const HANDLERS_MS = 1000;

/** By the codes of Node's parser. */
const REFUSALS: Partial<Record<string, readonly [HttpRefusal, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request was not sent in time.'],
  HPE_HEADER_OVERFLOW: ['headers_too_large', `Address and headers are longer than ${maxHeaderSize} bytes.`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['too_large', 'The extensions of a chunk are too long.'],
};
const MALFORMED = ['invalid_request', 'This is not a well-formed HTTP request.'] as const;

export type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly fetch: Fetch;
  /** Told of every request that begins. */
  readonly onRequest?: RequestLog;
  /** Told of every request that ended in the parser. */
  readonly onRefused?: (code: HttpRefusal) => void;
  readonly limits?: ServerLimits;
}

export interface HttpServer extends AsyncDisposable {
  /** Where it listens. */
  readonly address: AddressInfo;
}

/**
 * Listens for HTTP. Nothing that is sent can stay for ever: headers and idle connections have their limits here, bodies
 * where they are read. Disposed, it takes no more connections, ends those without a request, and gives the others a
 * little time.
 *
 * @throws {StartError} naming what is wrong with the host or the port
 */
export async function startServer(options: ServerOptions): Promise<HttpServer> {
  const { host, port, fetch, onRequest, onRefused, limits = LIMITS } = options;
  /** Open connections, each with its latest answer. */
  const connections = new Map<Socket, ServerResponse | undefined>();
  const handling = new Set<Promise<Response>>();

  const answerLater = (answering: Promise<Response>, incoming: IncomingMessage) => {
    const answer = answering.then((response) => endUnreadBody(response, incoming));
    handling.add(answer);
    const done = () => handling.delete(answer);
    answer.then(done, done);
    return answer;
  };
  const listener = getRequestListener(
    (request, env) => {
      const { incoming } = env as HttpBindings;
      const answer = fetch(request, env as HttpBindings);
      // What is there is written at once: to wait for it costs a third of such a request's time.
      return answer instanceof Promise ? answerLater(answer, incoming) : endUnreadBody(answer, incoming);
    },
    { errorHandler: unreadableRequest },
  );

  const server = createServer({
    headersTimeout: limits.headersMs,
    // Of the whole request: an upload may take hours.
    requestTimeout: 0,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: limits.checkMs,
    // Its absence is found out, and told, where the URL is made.
    requireHostHeader: false,
  });
  server.on('connection', (socket) => {
    connections.set(socket, undefined);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', (incoming, outgoing) => {
    connections.set(incoming.socket, outgoing);
    inRequestTrace(incoming, () => {
      onRequest?.(incoming, outgoing);
      void listener(incoming, outgoing);
    });
  });
  server.on('checkContinue', (incoming, outgoing) => {
    continueWhenRead(incoming, outgoing);
    server.emit('request', incoming, outgoing);
  });
  server.on('checkExpectation', (incoming, outgoing) => server.emit('request', incoming, outgoing));
  server.on('connect', (_request: IncomingMessage, socket) => {
    socket.on('error', () => undefined);
    socket.end(problemBytes('method_not_allowed', 'This is no proxy.'), () => socket.destroy());
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const answer = connections.get(socket);
    const isAnswering = answer?.headersSent && !answer.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) {
      socket.destroy();
      return;
    }
    const [code, detail] = REFUSALS[error.code ?? ''] ?? MALFORMED;
    const refuse = () => {
      onRefused?.(code);
      socket.end(problemBytes(code, detail), () => socket.destroy());
    };
    // Its headers may have been right, so that it has begun.
    if (answer && !answer.writableFinished) inRequestTrace(answer.req, refuse);
    else inTraceOfItsOwn(refuse);
  });

  const address = await listen(server, host, port);
  return {
    address,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      const isBusy = (answer: ServerResponse | undefined) => answer && !answer.writableFinished;
      for (const [socket, answer] of connections) if (!isBusy(answer)) socket.destroy();
      await within(closed, limits.closeMs).catch(() => {
        for (const socket of connections.keys()) socket.destroy();
      });
      await within(Promise.allSettled(handling), HANDLERS_MS).catch(() => undefined);
    },
  };
}
