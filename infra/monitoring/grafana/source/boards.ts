import type { PanelLink } from './panel.ts';

/** The dashboards' addresses, and how panels lead to them. */
export const UIDS = {
  overview: 'mlops-backend-overview',
  requests: 'mlops-backend-requests',
  datasets: 'mlops-backend-datasets',
  training: 'mlops-backend-training',
  run: 'mlops-backend-run',
  runtime: 'mlops-backend-runtime',
  slo: 'mlops-backend-slo',
  runbooks: 'mlops-backend-runbooks',
} as const;

export const MORE = {
  requests: { board: UIDS.requests, title: 'Requests in detail' },
  datasets: { board: UIDS.datasets, title: 'Datasets in detail' },
  training: { board: UIDS.training, title: 'Training & model quality' },
  runtime: { board: UIDS.runtime, title: 'Runtime in detail' },
  slo: { board: UIDS.slo, title: 'Service level objectives' },
} as const satisfies Record<string, PanelLink>;
