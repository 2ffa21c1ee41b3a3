import type { z } from '@hono/zod-openapi';
import type { AlertList, ExplainedAlert, ServiceMetrics } from '../service-schemas.ts';

export const serviceMetrics: z.infer<typeof ServiceMetrics> = {
  prefix: 'mlops_backend_',
  interval_seconds: 15,
  times: ['2026-11-26T03:28:00.000Z'],
  series: [{ metric: 'mlops_backend_dataset_uploads_total', labels: { mode: 'light' }, values: [1] }],
};

const alert: z.infer<typeof AlertList>['items'][number] = {
  name: 'TargetDown',
  severity: 'critical',
  expression: 'up{job=~"backend|worker"} == 0',
  holds_for: '1m',
  description: 'No scrape of {{ $labels.instance }} has succeeded for a minute: the process is down …',
  runbook_url: 'http://127.0.0.1:8000/api/runbooks/TargetDown',
  firing: [],
};

export const alertList: z.infer<typeof AlertList> = { alertmanager: 'unconfigured', items: [alert] };

export const explainedAlert: z.infer<typeof ExplainedAlert> = {
  ...alert,
  name: 'UploadsRefused',
  severity: 'warning',
  alertmanager: 'unconfigured',
  runbook: '**Meaning.** …',
  metrics: [{ metric: 'mlops_backend_dataset_uploads_total', labels: { mode: 'light' }, value: 1 }],
};
