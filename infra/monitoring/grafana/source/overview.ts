import { MORE, UIDS } from './boards.ts';
import type { DashboardSpec, Section } from './build.ts';
import {
  ANSWERED,
  API,
  eventsIn,
  FAILED,
  requests as ofRequests,
  own,
  perSecond,
  quantileInAll,
  quantiles,
  REFUSED,
  ROUTE,
  scoped,
  TOLD_ALERTS,
} from './queries.ts';
import {
  childCpu,
  cleanUpCycles,
  errorsByRoute,
  eventLoopDelay,
  expired,
  failuresByCause,
  inputDrift,
  latency,
  memory,
  oldestWaiting,
  predictionLatency,
  queueDepth,
  refusals,
  removed,
  rowsPredicted,
  runsByOutcome,
  uploadDuration,
  uploads,
} from './shared.ts';

const WAITING = `sum(max by (state) (${own('training_queue_depth', 'state=~"queued|retrying"')}))`;
const ENDED = `sum(${eventsIn('30m', 'training_runs', 'outcome!="started"')})`;
const HALF_HOUR = 1800;
/** The heartbeat fires as long as rules are evaluated: without it nothing is known of the other alerts. */
const WATCHED = 'ALERTS{alertname="MonitoringHeartbeat", alertstate="firing"}';
const firing = (severity: string) => `ALERTS{alertstate="firing", severity="${severity}"}`;

/** Requests of a kind by route; 0 for a route that was asked for and saw none of them. */
const ofEachRoute = (kind: string) =>
  `sum by (http_route) (${eventsIn('$__range', 'http_server_requests', ROUTE, API, kind)} or 0 * ${eventsIn('$__range', 'http_server_requests', ROUTE, API)})`;

/** The board of requests for one route, with all else as it is chosen here. */
const requestsTo = (route: string) => {
  const kept = ['datasource', 'job', 'instance', 'prefix'].map((name) => `\${${name}:queryparam}`);
  return `/d/${UIDS.requests}?${[`\${__url_time_range}`, ...kept, `var-route=${route}`].join('&')}`;
};

const state: Section = {
  title: 'State',
  panels: [
    {
      kind: 'stat',
      title: 'State',
      description:
        'What the alerts say, in words. Act now: one that wakes someone fires. Look today: only such as can wait for working hours. Pending: none fires, but the condition of one holds and will soon have held for long enough. Blind: no process answers the scrape, or the alerts’ rules are not evaluated, so the rest of the page says nothing.',
      width: 4,
      unit: 'none',
      queries: [
        {
          expr: [
            `(vector(4) unless on () up${scoped()} == 1)`,
            `(vector(4) unless on () ${WATCHED})`,
            `(vector(3) and on () ${firing('critical')})`,
            `(vector(2) and on () ${firing('warning')})`,
            // None of them fires any more: what there is, the heartbeat aside, is pending.
            '(vector(1) and on () ALERTS{severity!="none"})',
            'vector(0)',
          ].join(' or '),
          legend: 'state',
        },
      ],
      words: {
        0: { text: 'All is well', color: 'green' },
        1: { text: 'Pending', color: 'yellow' },
        2: { text: 'Look today', color: 'orange' },
        3: { text: 'Act now', color: 'red' },
        4: { text: 'Blind', color: 'red' },
      },
      links: [{ board: UIDS.runbooks, title: 'Runbooks' }],
    },
    {
      kind: 'stat',
      title: 'Processes',
      description: 'Backend and worker processes that answer the scrape, and those that do not.',
      width: 3,
      unit: 'none',
      decimals: 0,
      queries: [
        { expr: `sum(up${scoped()}) or vector(0)`, legend: 'up' },
        { expr: `count(up${scoped()} == 0) or vector(0)`, legend: 'down' },
      ],
      thresholdsOf: {
        up: [
          { value: 0, color: 'red' },
          { value: 1, color: 'green' },
        ],
        down: [{ value: 1, color: 'red' }],
      },
      links: [MORE.runtime, { runbook: 'TargetDown' }],
    },
    {
      kind: 'stat',
      title: 'Requests',
      description: 'API requests per second.',
      width: 3,
      unit: 'reqps',
      queries: [
        {
          expr: perSecond('count', [], ofRequests(ROUTE, API)),
          legend: 'requests',
        },
      ],
      noValue: 'none seen',
      links: [MORE.requests],
    },
    {
      kind: 'stat',
      title: 'Error ratio',
      description: 'Share of the API requests of the last ten minutes that ended in a 5xx.',
      width: 3,
      unit: 'percentunit',
      decimals: 2,
      queries: [
        {
          expr: `(sum(${eventsIn('10m', 'http_server_requests', ROUTE, API, FAILED)}) or vector(0)) / (sum(${eventsIn('10m', 'http_server_requests', ROUTE, API)}) > 0)`,
          legend: '5xx',
        },
      ],
      thresholds: [
        { value: 0.005, color: 'yellow' },
        { value: 0.05, color: 'red' },
      ],
      noValue: 'none seen',
      links: [MORE.requests, { runbook: 'HttpErrorRatioHigh' }],
    },
    {
      kind: 'stat',
      title: 'Latency p95',
      description: '95 of 100 API requests are answered faster than this; event streams are left out.',
      width: 3,
      unit: 's',
      queries: quantiles(ofRequests(ROUTE, API, ANSWERED), 0.95),
      thresholds: [
        { value: 0.5, color: 'yellow' },
        { value: 2, color: 'red' },
      ],
      noValue: 'none seen',
      links: [MORE.requests],
    },
    {
      kind: 'stat',
      title: 'Error budget left',
      description:
        'What is left of the month’s budget of each objective; of a month that Prometheus has not seen yet, of the part that it has. Below zero it is missed.',
      width: 4,
      unit: 'percentunit',
      decimals: 1,
      queries: [{ expr: 'slo:error_budget_remaining:ratio', legend: '{{slo}}' }],
      thresholds: [
        { value: -1e9, color: 'red' },
        { value: 0.01, color: 'yellow' },
        { value: 0.25, color: 'green' },
      ],
      noValue: 'not known yet',
      links: [MORE.slo, { runbook: 'SloBudgetBurnsFast' }],
    },
    {
      kind: 'stat',
      title: 'Queue drains in',
      description:
        'Demand against capacity: how long the waiting runs take at the pace at which runs have ended in the last half hour. Where none has ended, which is so while a long one is trained, there is no pace to tell it by.',
      width: 4,
      unit: 's',
      queries: [
        {
          // Next to none, so that one that waits takes for ever.
          expr: `${WAITING} * ${HALF_HOUR} / clamp_min(${ENDED}, 1e-6)`,
          legend: 'until the queue is empty',
        },
      ],
      thresholds: [
        { value: 900, color: 'yellow' },
        { value: 3600, color: 'red' },
      ],
      never: { text: 'none has ended', color: 'yellow' },
      noValue: 'unknown',
      links: [MORE.training, { runbook: 'TrainingQueueOld' }],
    },
    {
      kind: 'table',
      title: 'Alerts, firing and pending',
      description:
        'What fires now and what is about to, the heartbeat aside, where, and since when its condition holds. The runbooks say what to do.',
      width: 8,
      height: 8,
      rows: { alertstate: 'State', severity: 'Severity', alertname: 'Alert', instance: 'Instance' },
      columns: [
        {
          title: 'For',
          expr: `time() - min by (alertstate, severity, alertname, instance) (${TOLD_ALERTS} * ignoring (alertstate) group_left () ALERTS_FOR_STATE)`,
          unit: 's',
        },
      ],
      sortBy: ['State', 'Severity', 'For'],
      noValue: 'none seen',
      links: [{ board: UIDS.runbooks, title: 'Runbooks' }],
    },
    errorsByRoute,
    queueDepth,
  ],
};

const requests: Section = {
  title: 'Requests',
  panels: [
    {
      kind: 'table',
      title: 'Routes',
      description:
        'API requests in the chosen time, routes with errors first: how many a second, how many ended in a 5xx (our failures) or a 4xx (refusals), and how long 95 of 100 took at most. A route leads to its requests in detail.',
      width: 16,
      height: 9,
      rows: { http_route: 'Route' },
      columns: [
        {
          title: 'Requests/s',
          expr: `sum by (http_route) (${eventsIn('$__range', 'http_server_requests', ROUTE, API)}) / $__range_s`,
          unit: 'reqps',
        },
        {
          title: 'Errors',
          expr: ofEachRoute(FAILED),
          unit: 'short',
          thresholds: [{ value: 1, color: 'red' }],
        },
        {
          title: 'Refused',
          expr: ofEachRoute(REFUSED),
          unit: 'short',
        },
        {
          title: 'p95',
          expr: quantileInAll(0.95, ['http_route'], ofRequests(ROUTE, API, ANSWERED)),
          unit: 's',
          thresholds: [
            { value: 0.5, color: 'yellow' },
            { value: 2, color: 'red' },
          ],
        },
      ],
      sortBy: ['Errors', 'Requests/s'],
      linksOf: {
        Route: {
          title: 'Requests to this route in detail',
          url: requestsTo(`\${__value.text:percentencode}`),
        },
      },
      noValue: 'none seen',
      links: [MORE.requests],
    },
    { ...latency, height: 9 },
  ],
};

const datasets: Section = { title: 'Uploads', panels: [uploads, refusals, uploadDuration] };

const training: Section = {
  title: 'Training',
  panels: [runsByOutcome, failuresByCause, oldestWaiting],
};

const models: Section = {
  title: 'Models',
  folded: true,
  panels: [rowsPredicted, predictionLatency, inputDrift],
};

const cleanUp: Section = { title: 'Clean-up', folded: true, panels: [cleanUpCycles, removed, expired] };

const runtime: Section = { title: 'Runtime', folded: true, panels: [eventLoopDelay, memory, childCpu] };

export const overview: DashboardSpec = {
  uid: UIDS.overview,
  title: 'Backend Monitoring Overview',
  description: 'Whether the ML backend is well, and which board says why it is not.',
  from: 'now-1h',
  variables: 'scrape',
  sections: [state, requests, datasets, training, models, cleanUp, runtime],
};
