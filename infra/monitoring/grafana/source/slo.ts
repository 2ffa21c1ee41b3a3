import { UIDS } from './boards.ts';
import type { DashboardSpec, Section } from './build.ts';
import type { StatPanel, TimeseriesPanel } from './panel.ts';
import { FIRING } from './queries.ts';

const objectiveOf = {
  availability: { title: 'Availability', target: '99.5 % of API requests do not end in a 5xx' },
  latency: {
    title: 'Latency',
    target:
      '99 % of API requests are answered within 1 s, uploads, downloads, event streams, tables and explanations aside',
  },
} as const;
type Slo = keyof typeof objectiveOf;

const budgetLeft = (slo: Slo): StatPanel => ({
  kind: 'stat',
  title: `${objectiveOf[slo].title}: error budget left`,
  description: `${objectiveOf[slo].target}, over 30 days, or since Prometheus counts. Below zero the objective is missed.`,
  width: 6,
  unit: 'percentunit',
  queries: [{ expr: `slo:error_budget_remaining:ratio{slo="${slo}"}`, legend: 'left' }],
  thresholds: [
    { value: -1e9, color: 'red' },
    { value: 0.01, color: 'yellow' },
    { value: 0.25, color: 'green' },
  ],
  noValue: 'not known yet',
  links: [{ runbook: 'SloBudgetBurnsSlowly' }],
});

const reached = (slo: Slo): StatPanel => ({
  kind: 'stat',
  title: `${objectiveOf[slo].title} over 30 days`,
  description: `Share of good requests, over 30 days or since Prometheus counts. Objective: ${objectiveOf[slo].target}.`,
  width: 6,
  unit: 'percentunit',
  decimals: 3,
  queries: [{ expr: `1 - slo:bad_requests:ratio_rate30d{slo="${slo}"}`, legend: 'good' }],
  noValue: 'not known yet',
});

/** The longer, the darker: none of them means ill by itself. */
const WINDOWS = {
  '5m': 'super-light-blue',
  '30m': 'light-blue',
  '1h': 'blue',
  '6h': 'semi-dark-blue',
  '3d': 'dark-blue',
} as const;

const burnRate = (slo: Slo): TimeseriesPanel => ({
  kind: 'timeseries',
  title: `${objectiveOf[slo].title}: burn rate`,
  description:
    'How many times faster than allowed the budget is used up, by window. Above 14.4 (1 h) or 6 (6 h) someone is woken; above 1 (3 d) a ticket is opened.',
  noValue: 'no requests seen',
  width: 12,
  unit: 'short',
  links: [{ runbook: 'SloBudgetBurnsFast' }],
  limits: [
    { value: 1, color: 'yellow' },
    { value: 6, color: 'orange' },
    { value: 14.4, color: 'red' },
  ],
  colors: WINDOWS,
  queries: Object.keys(WINDOWS).map((window) => ({
    expr: `slo:bad_requests:ratio_rate${window}{slo="${slo}"} / on (slo) slo:error_budget:ratio`,
    legend: window,
  })),
});

const budget: Section = {
  title: 'Objectives over 30 days',
  panels: [budgetLeft('availability'), reached('availability'), budgetLeft('latency'), reached('latency')],
};

const burning: Section = {
  title: 'How fast the budget burns',
  panels: [
    burnRate('availability'),
    burnRate('latency'),
    {
      kind: 'timeseries',
      title: 'Error budget left',
      description: 'What is left of the month’s budget; below zero the objective is missed.',
      noValue: 'not known yet',
      width: 12,
      unit: 'percentunit',
      max: 1,
      signed: true,
      limits: [
        { value: 0, color: 'red' },
        { value: 0.25, color: 'yellow' },
      ],
      links: [{ runbook: 'SloBudgetBurnsSlowly' }],
      queries: [{ expr: 'slo:error_budget_remaining:ratio', legend: '{{slo}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Bad requests',
      description: 'Share of requests that miss their objective, over five minutes.',
      noValue: 'no requests seen',
      width: 12,
      unit: 'percentunit',
      queries: [{ expr: 'slo:bad_requests:ratio_rate5m', legend: '{{slo}}' }],
    },
  ],
};

const where: Section = {
  title: 'Where it comes from',
  panels: [
    {
      kind: 'timeseries',
      title: 'Errors by process',
      description: 'Share of requests that end in a 5xx, by job.',
      noValue: 'no requests seen',
      width: 8,
      unit: 'percentunit',
      queries: [{ expr: 'job:http_server_errors:ratio_rate5m', legend: '{{job}}' }],
    },
    {
      kind: 'timeseries',
      title: 'p95 by route',
      description: 'The slowest routes.',
      noValue: 'no requests seen',
      width: 8,
      many: true,
      unit: 's',
      queries: [
        { expr: 'topk(10, job_route:http_server_request_duration_seconds:p95_5m)', legend: '{{http_route}}' },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Alerts',
      description: 'Alerts firing over time, the heartbeat aside.',
      noValue: 'none seen',
      width: 8,
      unit: 'none',
      decimals: 0,
      style: 'area',
      queries: [
        {
          expr: `count by (alertname) (ALERTS{${FIRING}})`,
          legend: '{{alertname}}',
        },
      ],
    },
  ],
};

export const slo: DashboardSpec = {
  uid: UIDS.slo,
  title: 'Service level objectives',
  description: 'Availability and latency against their objectives, and how fast the error budgets burn.',
  from: 'now-24h',
  variables: 'none',
  sections: [budget, burning, where],
};
