/** What is seen in Grafana, whatever is looked at. */
export const DASHBOARDS = ['overview', 'requests', 'datasets', 'training', 'runtime', 'slo'] as const;
export type Dashboard = (typeof DASHBOARDS)[number];
