import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import { AppError } from '../errors.ts';
import { QuickRouter } from './quick-router.ts';

/** What every route finds in its context. */
export interface Env {
  /** Absent when the app is called without a server, as tests do. */
  Bindings: Partial<HttpBindings>;
  Variables: { owner: string };
}

export type Router = OpenAPIHono<Env>;

/** A router whose requests are checked against their schemas before any handler runs. */
export function createRouter(): Router {
  return new OpenAPIHono<Env>({
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
}
