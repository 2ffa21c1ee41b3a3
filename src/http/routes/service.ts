import { createRoute } from '@hono/zod-openapi';
import { type AlertDeps, explainAlert, listAlerts } from '../../domain/alerts/alerts.ts';

import { HISTORY_INTERVAL_MS } from '../../telemetry/history/keep-history.ts';
import { dashboardLinks } from '../dashboard-links.ts';
import * as examples from '../examples/service.ts';
import { createRouter, type Router } from '../router.ts';
import type { GrafanaLinks } from '../run-links.ts';
import {
  AlertList,
  AlertParam,
  ExplainedAlert,
  ServiceMetrics,
  ServiceMetricsQuery,
} from '../service-schemas.ts';
import { originOf } from '../views.ts';
import { problems } from './problems.ts';
import { json } from './responses.ts';
import { runbookAddress } from './runbooks.ts';

const tags = ['service'];

const metrics = createRoute({
  operationId: 'getServiceMetrics',
  method: 'get',
  path: '/service/metrics',
  tags,
  summary: 'The last hour of what this process exports',
  description:
    'Samples of the named metrics, one every 15 s, for those who have no Prometheus at hand. They are kept in the memory of the process that answers: others have their own, and a restart begins anew.',
  request: { query: ServiceMetricsQuery },
  responses: {
    200: json(ServiceMetrics, 'The samples', examples.serviceMetrics),
    ...problems(401, 404),
  },
});

const alerts = createRoute({
  operationId: 'listAlerts',
  method: 'get',
  path: '/service/alerts',
  tags,
  summary: 'What may fire, and what does',
  request: {},
  responses: { 200: json(AlertList, 'The alerts', examples.alertList), ...problems(401) },
});

const explain = createRoute({
  operationId: 'getAlert',
  method: 'get',
  path: '/service/alerts/{name}',
  tags,
  summary: 'What an alert means, what to do, and the figures that it looks at',
  request: { params: AlertParam },
  responses: { 200: json(ExplainedAlert, 'The alert', examples.explainedAlert), ...problems(401, 404) },
});

export interface ServiceRouteDeps extends AlertDeps {
  readonly grafana: GrafanaLinks | undefined;
}

export function serviceRoutes(deps: ServiceRouteDeps): Router {
  const { history, metricsPrefix: prefix, grafana } = deps;
  return createRouter()
    .openapi(metrics, async (c) => {
      const { metric: names, since } = c.req.valid('query');
      const { times, series } = (await history?.read(names, since?.getTime())) ?? NOTHING;
      return c.json(
        {
          prefix,
          interval_seconds: HISTORY_INTERVAL_MS / 1000,
          times: times.map((time) => new Date(time).toISOString()),
          series: series.map(({ metric, labels, values }) => ({
            metric,
            labels,
            values: values.map((value) => (Number.isFinite(value) ? value : null)),
          })),
          ...(grafana && { dashboards: dashboardLinks(grafana) }),
        },
        200,
      );
    })
    .openapi(alerts, async (c) => {
      const { alertmanager, items } = await listAlerts(deps);
      const address = runbookAddress(originOf(c.req.url));
      return c.json(
        { alertmanager, items: items.map((alert) => ({ ...alert, runbook_url: address(alert.name) })) },
        200,
      );
    })
    .openapi(explain, async (c) => {
      const alert = await explainAlert(deps, c.req.valid('param').name);
      return c.json({ ...alert, runbook_url: runbookAddress(originOf(c.req.url))(alert.name) }, 200);
    });
}

const NOTHING = { times: [], series: [] };
