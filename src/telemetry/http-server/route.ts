import type { IncomingMessage } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { runningTelemetry } from '../running.ts';

interface Env {
  /** Absent when the app is called without a server, as tests do. */
  Bindings: { readonly incoming?: IncomingMessage };
}

/**
 * Gives the request's metrics and span the template of the route it matched (`/datasets/:id`, never the path), and the
 * request its ids. The first middleware of the chain: it names the route before anything can refuse or break the request.
 * Middleware is registered for ALL methods and does not count as a route; for that reason `app.all()` must not
 * be used for real routes.
 */
export const httpRoute: MiddlewareHandler<Env> = (c, next) => {
  const telemetry = runningTelemetry();
  const { incoming } = c.env;
  if (telemetry === undefined || incoming === undefined) return next();
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL');
  if (route !== undefined) telemetry.setRoute(incoming, route.path);
  return telemetry.handle(incoming, next);
};

/** Gives the request another route's template: for one that does the other route's work. */
export function countAsRoute(c: Context<Env>, template: string): void {
  const { incoming } = c.env;
  if (incoming !== undefined) runningTelemetry()?.setRoute(incoming, template);
}
