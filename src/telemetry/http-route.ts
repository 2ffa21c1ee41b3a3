import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { runningTelemetry } from './running.ts';

/**
 * Gives the request's metrics and span the template of the route it matched (`/datasets/:id`, never the path).
 * The first middleware of the chain: it names the route before anything can refuse or break the request.
 * Middleware is registered for ALL methods and does not count as a route; for that reason `app.all()` must not
 * be used for real routes.
 */
export const httpRoute: MiddlewareHandler = (c, next) => {
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL');
  if (route !== undefined) countAsRoute(route.path);
  return next();
};

/** Gives the request another route's template: for one that does the other route's work. */
export function countAsRoute(template: string): void {
  runningTelemetry()?.setRoute(template);
}
