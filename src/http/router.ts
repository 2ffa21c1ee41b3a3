import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../errors.ts';
import { unknownNames } from './named-fields.ts';
import { QuickRouter } from './quick-router.ts';

/** What every route finds in its context. */
export interface Env {
  /** Absent when the app is called without a server, as tests do. */
  Bindings: Partial<HttpBindings>;
  Variables: { owner: string };
}

export type Router = OpenAPIHono<Env>;

/** Of an address that takes no query: it is refused like a parameter that is unknown. */
const withoutQuery: MiddlewareHandler = (c, next) => {
  if (!c.req.url.includes('?')) return next();
  const names = Object.keys(c.req.query());
  if (names.length === 0) return next();
  throw new AppError('invalid_request', unknownNames('query parameter', names, []));
};

/**
 * A router whose requests are checked against their schemas before any handler runs. A probe, which asks for nothing,
 * is answered whatever stands behind it.
 */
export function createRouter(): Router {
  const router = new OpenAPIHono<Env>({
    router: new QuickRouter(),
    defaultHook: (result) => {
      if (result.success) return;
      const faults = result.error.issues.slice(0, 5).map((issue) => {
        const where = issue.path.join('.');
        return where ? `${where}: ${issue.message}` : issue.message;
      });
      throw new AppError('invalid_request', faults.join('; ').slice(0, 1000));
    },
  });
  const openapi = router.openapi as (route: RouteConfig, ...handlers: unknown[]) => Router;
  const checked: typeof openapi = (route, ...handlers) =>
    openapi(
      route.request === undefined || route.request.query
        ? route
        : { ...route, middleware: [withoutQuery, ...[route.middleware ?? []].flat()] },
      ...handlers,
    );
  return Object.assign(router, { openapi: checked as Router['openapi'] });
}
