import { Hono } from 'hono';
import { PROBES } from '../../vocabulary/probes.ts';
import { originOf } from '../views.ts';
import { CONSOLE_HEADERS, consolePage } from './console.ts';

/** Where somebody begins who knows nothing of the service but its address. */
const ENTRANCES = ['/', '/api', '/api/ml/v1'];

export interface EntranceOptions {
  readonly version: string;
  /** Whether the API, its documentation and the console are served here. */
  readonly hasApi: boolean;
  /** Undefined: there are none. */
  readonly metricsPath: string | undefined;
}

/** Leads on: a browser to the console or the documentation, others to what there is, by address. */
export function entranceRoutes({ version, hasApi, metricsPath }: EntranceOptions): Hono {
  const app = new Hono();
  for (const path of ENTRANCES)
    app.get(path, async (c) => {
      c.header('Vary', 'Accept');
      if (hasApi && c.req.header('accept')?.includes('text/html'))
        return path === '/' ? c.body(await consolePage(), 200, CONSOLE_HEADERS) : c.redirect('/api/docs');
      const origin = originOf(c.req.url);
      return c.json({
        name: 'mlops-backend',
        version,
        ...(hasApi && {
          console_url: `${origin}/`,
          api_url: `${origin}/api/ml/v1`,
          docs_url: `${origin}/api/docs`,
          openapi_url: `${origin}/api/openapi.json`,
        }),
        health_url: `${origin}${PROBES.health}`,
        ...(metricsPath !== undefined && { metrics_url: `${origin}${metricsPath}` }),
      });
    });
  return app;
}
