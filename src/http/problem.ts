import { RequestError } from '@hono/node-server';
import { z } from '@hono/zod-openapi';
import { trace } from '@opentelemetry/api';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Logger } from 'pino';
import { isDatabaseUnavailable } from '../adapters/db/database.ts';
import { StorageError } from '../adapters/storage/storage.ts';
import { AppError, PROBLEMS, type ProblemCode } from '../errors.ts';

/** RFC 9457. */
export const Problem = z
  .object({
    type: z.string().openapi({ example: 'about:blank' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    trace_id: z.string().optional(),
  })
  .openapi('Problem');

const UNFORESEEN = 'Something went wrong on our side.';
const CODE_BY_STATUS: Partial<Record<number, ProblemCode>> = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  415: 'unsupported_format',
};

export function problemResponse(
  code: ProblemCode,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  const { status, title } = PROBLEMS[code];
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  const body = { type: 'about:blank', title, status, detail, code, ...(traceId && { trace_id: traceId }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}

/** What the client may know of an error: our own errors' words, and of anything else only that it happened. */
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseUnavailable(error))
    return new AppError('unavailable', 'The database does not answer; try again later.');
  if (error instanceof StorageError)
    return new AppError('unavailable', 'The storage does not answer; try again later.');
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

export function errorHandler(logger: Logger) {
  return (error: Error, c: Context): Response => {
    const known = toAppError(error);
    const { status } = PROBLEMS[known.code];
    if (status >= 500)
      logger.error({ err: error, method: c.req.method, route: c.req.routePath }, 'request failed');
    const headers: Record<string, string> = {};
    if (known.code === 'unauthorized') headers['www-authenticate'] = 'Bearer realm="mlops-backend"';
    // What is left of a refused body is not worth reading.
    if (known.code === 'too_large') headers['connection'] = 'close';
    return problemResponse(known.code, known.message, headers);
  };
}

/** Answers what never reached a route: a request whose address or host makes no URL. */
export const unreadableRequest = (error: unknown): Response =>
  error instanceof RequestError
    ? problemResponse('invalid_request', 'The address of the request is malformed.')
    : problemResponse('internal', UNFORESEEN);
