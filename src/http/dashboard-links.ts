import { DASHBOARDS, type Dashboard } from '../vocabulary/dashboards.ts';
import type { GrafanaLinks } from './run-links.ts';

const UIDS: Readonly<Record<Dashboard, string>> = {
  overview: 'mlops-backend-overview',
  requests: 'mlops-backend-requests',
  datasets: 'mlops-backend-datasets',
  training: 'mlops-backend-training',
  runtime: 'mlops-backend-runtime',
  slo: 'mlops-backend-slo',
};

/** Where the provisioned dashboards are, the overview first; that of a run is one of `runLinks`. */
export const dashboardLinks = ({ url }: GrafanaLinks) =>
  DASHBOARDS.map((name) => ({ name, url: `${url}/d/${UIDS[name]}` }));
