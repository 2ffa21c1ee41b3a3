import type { MiddlewareHandler } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { problemResponse } from '../problem.ts';

/** Only requests that carry the token pass; `detail` tells the others what to send. */
export function bearer(token: string, detail: string): MiddlewareHandler {
  const refusal = {
    message: () =>
      problemResponse('unauthorized', detail, { 'www-authenticate': 'Bearer realm="mlops-backend"' }),
  };
  return bearerAuth({
    token,
    noAuthenticationHeader: refusal,
    invalidAuthenticationHeader: refusal,
    invalidToken: refusal,
  });
}
