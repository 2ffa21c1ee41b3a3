import { cors } from 'hono/cors';
import type { Logger } from 'pino';
import { httpRoute } from '../telemetry/http-route.ts';
import { metricsHandler } from '../telemetry/metrics-endpoint.ts';
import { authenticate } from './middleware/auth.ts';
import { notFound } from './middleware/not-found.ts';
import { errorHandler } from './problem.ts';
import { createRouter, type Router } from './router.ts';
import { type ArtifactRouteDeps, artifactRoutes } from './routes/artifacts.ts';
import { type DatasetRouteDeps, datasetRoutes } from './routes/datasets.ts';
import { docsRoutes } from './routes/docs.ts';
import { type HealthRouteDeps, healthRoutes } from './routes/health.ts';
import { qualityRoutes } from './routes/quality.ts';
import { type TrainingRouteDeps, trainingRoutes } from './routes/training-runs.ts';

const API = '/api/ml/v1';

export interface HttpOptions {
  readonly metricsPath: string;
  readonly metricsToken: string | undefined;
  readonly corsOrigins: readonly string[];
  /** The only bearer key; undefined: no authentication. */
  readonly adminKey: string | undefined;
  /** Undefined in a worker, which serves only its health and its metrics. */
  readonly api: (DatasetRouteDeps & TrainingRouteDeps & ArtifactRouteDeps) | undefined;
  readonly health: HealthRouteDeps;
  readonly logger: Logger;
}

/** HTTP in, one verb of the domain, HTTP out. */
export function createHttpApp(options: HttpOptions): Router {
  const app = createRouter();
  app.onError(errorHandler(options.logger));
  app.notFound(notFound(app));
  app.use(httpRoute);

  const metrics = metricsHandler({
    bearerToken: options.metricsToken,
    onError: (error) => options.logger.error({ err: error }, 'scrape failed'),
  });
  if (metrics) app.get(options.metricsPath, metrics);
  app.route('/', healthRoutes(options.health));

  if (options.api) {
    if (options.corsOrigins.length > 0) {
      app.use(
        '/api/*',
        cors({
          origin: [...options.corsOrigins],
          allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Range'],
          exposeHeaders: ['Location', 'ETag', 'Content-Range', 'Content-Disposition'],
        }),
      );
    }
    app.use(`${API}/*`, authenticate(options.adminKey));
    app.route(API, datasetRoutes(options.api));
    app.route(API, trainingRoutes(options.api));
    app.route(API, artifactRoutes(options.api));
    app.route(API, qualityRoutes(options.api));
    app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
    app.doc31('/api/openapi.json', {
      openapi: '3.1.0',
      info: { title: 'mlops-backend', version: options.health.version },
      ...(options.adminKey !== undefined && { security: [{ bearer: [] }] }),
    });
    app.route('/', docsRoutes());
  }
  return app;
}
