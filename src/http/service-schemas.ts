import { z } from '@hono/zod-openapi';
import { ALERTMANAGER_STATES } from '../domain/alerts/alerts.ts';
import { SEVERITIES } from '../domain/alerts/rules.ts';
import { DASHBOARDS } from '../vocabulary/dashboards.ts';
import { moment } from './moment.ts';
import { query } from './named-fields.ts';

/** What the service tells of itself. Times are RFC 3339 UTC. */

const time = z.string().openapi({ format: 'date-time' });
const labels = z.record(z.string(), z.string());

/** More would be asked of Prometheus. */
const MAX_METRICS = 20;

export const ServiceMetricsQuery = query({
  metric: z
    .union([z.string(), z.array(z.string()).max(MAX_METRICS, `at most ${MAX_METRICS} metrics`)])
    .default([])
    .transform((given) => new Set([given].flat()))
    .openapi({
      type: 'array',
      items: { type: 'string' },
      maxItems: MAX_METRICS,
      param: {
        name: 'metric',
        in: 'query',
        description:
          'As docs/metrics.md names it; of a histogram its `_bucket`, `_sum` or `_count`. Again for each.',
        example: ['mlops_backend_dataset_uploads_total'],
      },
    }),
  since: moment.optional().openapi({
    param: {
      name: 'since',
      in: 'query',
      description: 'Only samples that were taken after it: the last of `times`, for whoever has the rest.',
    },
  }),
});

export const ServiceMetrics = z
  .object({
    /** What the names of the domain metrics begin with. */
    prefix: z.string(),
    interval_seconds: z.number(),
    times: z.array(time),
    series: z.array(
      z.object({
        metric: z.string(),
        labels,
        /** One for each of `times`; null where there was none. */
        values: z.array(z.number().nullable()),
      }),
    ),
    /** Absent without `GRAFANA_PUBLIC_URL`. */
    dashboards: z.array(z.object({ name: z.enum(DASHBOARDS), url: z.string() })).optional(),
  })
  .openapi('ServiceMetrics');

const Alert = z
  .object({
    name: z.string(),
    severity: z.enum(SEVERITIES),
    expression: z.string(),
    holds_for: z.string(),
    description: z.string(),
    runbook_url: z.string(),
    firing: z.array(z.object({ started_at: time, labels, summary: z.string(), suppressed: z.boolean() })),
  })
  .openapi('Alert');

export const AlertList = z
  .object({
    /** Whether `firing` is known: `unconfigured` without `ALERTMANAGER_URL`, `unreachable` when it does not answer. */
    alertmanager: z.enum(ALERTMANAGER_STATES),
    items: z.array(Alert),
  })
  .openapi('AlertList');

export const AlertParam = z.object({
  name: z.string().openapi({ param: { name: 'name', in: 'path', example: 'UploadsRefused' } }),
});

export const ExplainedAlert = Alert.extend({
  alertmanager: AlertList.shape.alertmanager,
  /** Markdown: what it means, where to look, what to do. */
  runbook: z.string(),
  /** What its expression asks for, as this process exports it now: at most 100 series. */
  metrics: z.array(z.object({ metric: z.string(), labels, value: z.number() })),
}).openapi('ExplainedAlert');
