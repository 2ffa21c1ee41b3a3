import { pino } from 'pino';
import { fetchOf } from '../../src/http/app.ts';
import { errorHandler } from '../../src/http/problem.ts';
import { createRouter, type Router } from '../../src/http/router.ts';
import { type HttpServer, type ServerOptions, startServer } from '../../src/http/server.ts';
import { thinLog } from '../../src/telemetry/log/thin-log.ts';

/** Short enough to wait for. */
export const SHORT = { headersMs: 300, idleMs: 300, checkMs: 50, closeMs: 300 };
const PATIENT = { headersMs: 60_000, idleMs: 60_000, checkMs: 50, closeMs: 4000 };

export interface TestServer extends HttpServer {
  readonly origin: string;
  /** The codes of what ended in the parser. */
  readonly refused: string[];
  /** Every line of the log, parsed. */
  readonly log: Record<string, unknown>[];
}

/** The service's HTTP server and error answers, with whatever routes a test needs. */
export async function testServer(
  routes: (app: Router) => unknown,
  limits: ServerOptions['limits'] = PATIENT,
): Promise<TestServer> {
  const log: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => log.push(JSON.parse(line)) });
  const app = createRouter();
  app.onError(errorHandler(thinLog(logger)));
  routes(app);
  const refused: string[] = [];
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    fetch: fetchOf(app),
    onRefused: (code) => refused.push(code),
    limits,
  });
  const origin = `http://127.0.0.1:${server.address.port}`;
  return { ...server, origin, refused, log };
}
