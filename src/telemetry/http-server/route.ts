import type { IncomingMessage } from 'node:http';
import type { Context, Hono, Env as HonoEnv } from 'hono';
import { runningTelemetry } from '../running.ts';
import { exchangeOf } from './exchange.ts';

interface Env {
  /** Absent when the app is called without a server, as tests do. */
  Bindings: { readonly incoming?: IncomingMessage };
}

type Fetch<Bindings> = (request: Request, env: Bindings) => Response | Promise<Response>;

/**
 * Gives the request's metrics, span and log line the template of the route it matches (`/datasets/:id`, never the path),
 * before anything can refuse or break it. Around the app and not in it: a chain of middleware makes even the simplest
 * answer wait for promises.
 * Middleware is registered for ALL methods and does not count as a route; for that reason `app.all()` must not
 * be used for real routes.
 */
export function observed<AppEnv extends HonoEnv, Bindings extends { readonly incoming: IncomingMessage }>(
  app: Hono<AppEnv>,
  fetch: Fetch<Bindings>,
): Fetch<Bindings> {
  return (request, env) => {
    const route = routeOf(app, request);
    if (route !== undefined) nameRoute(env.incoming, route);
    return fetch(request, env);
  };
}

function routeOf<AppEnv extends HonoEnv>(app: Hono<AppEnv>, request: Request): string | undefined {
  // As the app itself answers it.
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const [matched] = app.router.match(method, app.getPath(request));
  return matched.findLast(([[, route]]) => route.method !== 'ALL')?.[0][1].path;
}

/** Gives the request another route's template: for one that does the other route's work. */
export function countAsRoute(c: Context<Env>, template: string): void {
  const { incoming } = c.env;
  if (incoming !== undefined) nameRoute(incoming, template);
}

function nameRoute(request: IncomingMessage, template: string): void {
  const exchange = exchangeOf(request);
  if (exchange === undefined) return;
  exchange.route = template;
  runningTelemetry()?.setRoute(exchange, template);
}
