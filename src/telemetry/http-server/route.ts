import type { IncomingMessage } from 'node:http';
import type { Context, Hono, Env as HonoEnv } from 'hono';
import { type Exchange, exchangeOf } from './exchange.ts';

interface Env {
  /** Absent when the app is called without a server, as tests do. */
  Bindings: { readonly incoming?: IncomingMessage };
}

type Fetch<Bindings> = (request: Request, env: Bindings) => Response | Promise<Response>;

/**
 * Gives the request's metrics, span and log line the template of the route it matches (`/datasets/:id`, never the path),
 * before anything can refuse or break it. The app looks for the route itself, at once, and is listened to: a chain of
 * middleware would make even the simplest answer wait for promises.
 * Middleware is registered for ALL methods and does not count as a route; for that reason `app.all()` must not
 * be used for real routes.
 */
export function observed<AppEnv extends HonoEnv, Bindings extends { readonly incoming: IncomingMessage }>(
  app: Hono<AppEnv>,
  fetch: Fetch<Bindings>,
): Fetch<Bindings> {
  let unnamed: Exchange | undefined;
  const { router } = app;
  app.router = {
    name: router.name,
    add: (method, path, handler) => router.add(method, path, handler),
    match(method, path) {
      const result = router.match(method, path);
      if (unnamed !== undefined) unnamed.route = templateOf(result);
      unnamed = undefined;
      return result;
    },
  };
  return (request, env) => {
    unnamed = exchangeOf(env.incoming);
    const answer = fetch(request, env);
    // It was refused before the app was asked, which answers HEAD as it answers GET.
    if (unnamed !== undefined)
      app.router.match(request.method === 'HEAD' ? 'GET' : request.method, app.getPath(request));
    return answer;
  };
}

const templateOf = <AppEnv extends HonoEnv>([matched]: ReturnType<Hono<AppEnv>['router']['match']>) =>
  matched.findLast(([handler]) => handler[1].method !== 'ALL')?.[0][1].path;

/** Gives the request another route's template: for one that does the other route's work. */
export function countAsRoute(c: Context<Env>, template: string): void {
  const incoming = c.env?.incoming;
  const exchange = incoming && exchangeOf(incoming);
  if (exchange !== undefined) exchange.route = template;
}
