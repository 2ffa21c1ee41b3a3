import { RequestError } from '@hono/node-server';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { isDatabaseUnavailable } from '../adapters/db/database.ts';
import { isOutOfSpace } from '../adapters/out-of-space.ts';
import { StorageError } from '../adapters/storage/storage.ts';
import { AppError, PROBLEMS, type ProblemCode } from '../errors.ts';
import type { ThinLog } from '../telemetry/log/thin-log.ts';
import { activeTraceId } from '../telemetry/span.ts';
import type { Env } from './router.ts';

/** RFC 9457. */
export const Problem = z
  .object({
    type: z.string().openapi({ example: 'about:blank' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    trace_id: z.string().optional(),
    candidates: z
      .array(z.string())
      .optional()
      .openapi({ description: 'Where a column had to be named: those that could be.' }),
  })
  .openapi('Problem');

const UNFORESEEN = 'Something went wrong on our side.';
/** What is full or away is seldom back sooner. */
export const RETRY_AFTER_SECONDS = 5;
const CODE_BY_STATUS: Partial<Record<number, ProblemCode>> = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  415: 'unsupported_format',
};

interface ProblemAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function problemAnswer(
  code: ProblemCode,
  detail: string,
  headers: Record<string, string>,
  candidates?: readonly string[],
): ProblemAnswer {
  const { status, title } = PROBLEMS[code];
  const traceId = activeTraceId();
  const problem = {
    type: 'about:blank',
    title,
    status,
    detail,
    code,
    ...(traceId && { trace_id: traceId }),
    ...(candidates && { candidates }),
  };
  const body = JSON.stringify(problem);
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      ...(status === 503 && { 'retry-after': String(RETRY_AFTER_SECONDS) }),
      ...headers,
    },
    body,
  };
}

export function problemResponse(
  code: ProblemCode,
  detail: string,
  headers: Record<string, string> = {},
  candidates?: readonly string[],
): Response {
  const { body, ...init } = problemAnswer(code, detail, headers, candidates);
  return new Response(body, init);
}

/** The bytes of an answer that ends its connection, for what is no request to Node. */
export function problemBytes(code: ProblemCode, detail: string): string {
  const { status, headers, body } = problemAnswer(code, detail, { connection: 'close' });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${PROBLEMS[code].title}`, ...lines, '', body].join('\r\n');
}

/** What the client may know of an error: our own errors' words, and of anything else only that it happened. */
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isOutOfSpace(error)) return new AppError('storage', 'There is no space left; try again later.');
  if (isDatabaseUnavailable(error))
    return new AppError('unavailable', 'The database does not answer; try again later.');
  if (error instanceof StorageError)
    return new AppError('storage', 'The storage does not answer; try again later.');
  if (error instanceof HTTPException) {
    const code = CODE_BY_STATUS[error.status];
    if (code)
      return new AppError(
        code,
        code === 'invalid_request' ? 'The request could not be read.' : PROBLEMS[code].title,
      );
  }
  return new AppError('internal', UNFORESEEN);
}

export function errorHandler(log: ThinLog) {
  return (error: Error, c: Context<Env>): Response => {
    if (error instanceof HTTPException && error.res) return error.getResponse();
    // Whatever a request failed of whose client is gone, most likely it failed of that.
    const isGone = c.env?.outgoing?.destroyed === true;
    const known = isGone ? new AppError('aborted', 'The client is gone.') : toAppError(error);
    const { status } = PROBLEMS[known.code];
    const route = c.req.routePath;
    if (status >= 500) {
      const kind = [
        known.code,
        error.name,
        (error as NodeJS.ErrnoException).code,
        c.req.method,
        route,
      ].join();
      log(kind, 'error', { err: error, method: c.req.method, route }, 'request failed');
    }
    const { code, message, candidates, retryAfterSeconds: seconds } = known;
    return problemResponse(code, message, seconds ? { 'retry-after': String(seconds) } : {}, candidates);
  };
}

/** Answers what never reached a route: a request whose address or host makes no URL. */
export const unreadableRequest = (error: unknown): Response => {
  const end = { connection: 'close' };
  return error instanceof RequestError
    ? problemResponse('invalid_request', 'The address or the host of the request is malformed.', end)
    : problemResponse('internal', UNFORESEEN, end);
};
