import { createRoute } from '@hono/zod-openapi';
import { PROBES } from '../../vocabulary/probes.ts';
import { within } from '../../within.ts';
import * as examples from '../examples/health.ts';
import { RETRY_AFTER_SECONDS } from '../problem.ts';
import { createRouter, type Router } from '../router.ts';
import { Health, Readiness } from '../schemas.ts';
import { json } from './responses.ts';

const tags = ['health'];
const CHECK_TIMEOUT_MS = 2000;

const health = createRoute({
  operationId: 'getHealth',
  method: 'get',
  path: PROBES.health,
  tags,
  security: [],
  summary: 'The process is alive',
  responses: { 200: json(Health, 'Alive', examples.health) },
});

const ready = createRoute({
  operationId: 'getReadiness',
  method: 'get',
  path: PROBES.ready,
  tags,
  security: [],
  summary: 'Everything it depends on answers',
  responses: {
    200: json(Readiness, 'Ready', examples.ready),
    503: json(Readiness, 'A dependency is down', examples.notReady),
  },
});

export interface HealthRouteDeps {
  readonly version: string;
  readonly role: string;
  /** By dependency: resolves when it answers. */
  readonly checks: Readonly<Record<string, () => Promise<unknown>>>;
}

async function answers(check: () => Promise<unknown>): Promise<boolean> {
  try {
    await within(check(), CHECK_TIMEOUT_MS);
    return true;
  } catch {
    return false;
  }
}

export function healthRoutes({ version, role, checks }: HealthRouteDeps): Router {
  return createRouter()
    .openapi(health, (c) => c.json({ status: 'ok' as const, version, role }, 200))
    .openapi(ready, async (c) => {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => ({
          name,
          status: (await answers(check)) ? ('up' as const) : ('down' as const),
        })),
      );
      return results.every(({ status }) => status === 'up')
        ? c.json({ status: 'ready' as const, checks: results }, 200)
        : c.json({ status: 'not_ready' as const, checks: results }, 503, {
            'retry-after': String(RETRY_AFTER_SECONDS),
          });
    });
}
