import { cors } from 'hono/cors';
import { observed } from '../telemetry/http-server/route.ts';
import type { Logger } from '../telemetry/log/events.ts';
import { thinLog } from '../telemetry/log/thin-log.ts';
import { metricsHandler } from '../telemetry/metrics-endpoint.ts';
import { meetingExpectations } from './expectation.ts';
import { bearer } from './middleware/bearer.ts';
import { notFound } from './middleware/not-found.ts';
import { describe } from './openapi.ts';
import { errorHandler, problemResponse } from './problem.ts';
import { createRouter, type Router } from './router.ts';
import { type ArtifactRouteDeps, artifactRoutes } from './routes/artifacts.ts';
import { comparisonRoutes } from './routes/comparisons.ts';
import { consoleRoutes } from './routes/console.ts';

import { type DatasetRouteDeps, datasetRoutes } from './routes/datasets.ts';
import { docsRoutes } from './routes/docs.ts';
import { entranceRoutes } from './routes/entrance.ts';
import { type HealthRouteDeps, healthRoutes } from './routes/health.ts';
import { MCP_PATH, mcpRoutes } from './routes/mcp.ts';
import { type ModelRouteDeps, modelRoutes } from './routes/models.ts';
import { qualityRoutes } from './routes/quality.ts';
import { runbookRoutes } from './routes/runbooks.ts';
import { type ServiceRouteDeps, serviceRoutes } from './routes/service.ts';
import { type TrainingRouteDeps, trainingRoutes } from './routes/training-runs.ts';
import type { Fetch } from './server.ts';
import { DRIFT_HEADER } from './table-answer.ts';

const API = '/api/ml/v1';
/** The one owner of everything where no keys are issued. */
const LOCAL_OWNER = 'local';

/** What the routes need. */
export type Api = DatasetRouteDeps &
  Omit<TrainingRouteDeps, 'log'> &
  ArtifactRouteDeps &
  ModelRouteDeps &
  ServiceRouteDeps;

export interface HttpOptions {
  readonly metricsPath: string;
  readonly metricsToken: string | undefined;
  readonly corsOrigins: readonly string[];
  /** The only bearer key; undefined: no authentication. */
  readonly adminKey: string | undefined;
  /** Undefined in a worker, which serves only its health and its metrics. */
  readonly api: Api | undefined;
  readonly health: HealthRouteDeps;
  readonly logger: Logger;
}

/** HTTP in, one verb of the domain, HTTP out. */
export function createHttpApp(options: HttpOptions): Router {
  const app = createRouter();
  const { version } = options.health;
  const log = thinLog(options.logger);
  app.onError(errorHandler(log));
  app.notFound(notFound(app));

  const metrics = metricsHandler({
    onError: (error) => {
      log('scrape', 'error', { err: error }, 'scrape failed');
      return problemResponse('unavailable', 'The metrics could not be collected.');
    },
    onIncomplete: (failure) => log('scrape part', 'error', { err: failure }, 'scrape incomplete'),
  });
  if (metrics) {
    if (options.metricsToken !== undefined)
      app.use(
        options.metricsPath,
        bearer(options.metricsToken, 'Send the metrics token as "Authorization: Bearer …".'),
      );
    app.get(options.metricsPath, metrics);
  }
  app.route('/', healthRoutes(options.health));

  if (options.api) {
    if (options.corsOrigins.length > 0) {
      app.use(
        '/api/*',
        cors({
          origin: [...options.corsOrigins],
          allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Range'],
          exposeHeaders: [
            'Location',
            'ETag',
            'Content-Range',
            'Content-Disposition',
            'Model-Version',
            DRIFT_HEADER,
          ],
        }),
      );
    }
    if (options.adminKey !== undefined) {
      const keyed = bearer(options.adminKey, 'Send a valid key as "Authorization: Bearer …".');
      app.use(`${API}/*`, keyed);
      app.use(MCP_PATH, keyed);
    }
    app.use(`${API}/*`, (c, next) => {
      c.set('owner', LOCAL_OWNER);
      return next();
    });
    app.route(API, datasetRoutes(options.api));
    app.route(API, trainingRoutes({ ...options.api, log }));
    app.route(API, comparisonRoutes(options.api));
    app.route(API, artifactRoutes(options.api));
    app.route(API, modelRoutes(options.api));
    app.route(API, qualityRoutes(options.api));
    app.route(API, serviceRoutes(options.api));
    describe(app, { version, needsKey: options.adminKey !== undefined });
    app.route('/', docsRoutes());
    app.route('/', runbookRoutes());
    app.route(
      '/',
      mcpRoutes({ version, corsOrigins: options.corsOrigins, fetch: (request) => app.fetch(request) }),
    );
    app.route('/', consoleRoutes());
  }
  const metricsPath = metrics && options.metricsPath;
  app.route('/', entranceRoutes({ version, hasApi: options.api !== undefined, metricsPath }));
  return app;
}

/** The app as the server calls it. What every request goes through stands here; the app's own chain costs more. */
export const fetchOf = (app: Router): Fetch => observed(app, meetingExpectations(app.fetch));
