import type { Context } from 'hono';
import { problemResponse } from '../problem.ts';
import type { Env, Router } from '../router.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** 405 with `Allow` where the path exists for other methods, else 404. */
export function notFound(app: Router) {
  return (c: Context<Env>): Response => {
    const allowed = METHODS.filter((method) =>
      app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method),
    );
    if (allowed.length === 0) return problemResponse('not_found', 'There is nothing at this address.');
    if (allowed.includes('GET')) allowed.push('HEAD');
    const allow = allowed.join(', ');
    return problemResponse('method_not_allowed', `This address takes ${allow}.`, { allow });
  };
}
