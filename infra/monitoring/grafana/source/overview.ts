import { MORE, UIDS } from './boards.ts';
import type { DashboardSpec, Section } from './build.ts';
import {
  ANSWERED,
  API,
  eventsIn,
  FAILED,
  FIRING,
  requests as ofRequests,
  own,
  perSecond,
  quantileInAll,
  quantiles,
  REFUSED,
  ROUTE,
  scoped,
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
const WEEK = 604_800;
const firing = (severity: string) => `ALERTS{alertstate="firing", severity="${severity}"}`;

/** Requests of a kind by route; 0 for a route that was asked for and saw none of them. */
const ofEachRoute = (kind: string) =>
  `sum by (http_route) (${eventsIn('$__range', 'http_server_requests', ROUTE, API, kind)} or 0 * ${eventsIn('$__range', 'http_server_requests', ROUTE, API)})`;

const state: Section = {
  title: 'State',
  panels: [
    {
      kind: 'stat',
      title: 'State',
      description:
        'What the alerts say, in words. Act now: one that wakes someone fires. Look today: only such as can wait for working hours. Blind: no process answers the scrape, so the rest of the page says nothing.',
      width: 4,
      unit: 'none',
      queries: [
        {
          expr: `(vector(3) unless on () up${scoped()} == 1) or (vector(2) and on () ${firing('critical')}) or (vector(1) and on () ${firing('warning')}) or vector(0)`,
          legend: 'state',
        },
      ],
      words: {
        0: { text: 'All is well', color: 'green' },
        1: { text: 'Look today', color: 'orange' },
        2: { text: 'Act now', color: 'red' },
        3: { text: 'Blind', color: 'red' },
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
        { expr: `sum(up${scoped()})`, legend: 'up' },
        { expr: `count(up${scoped()} == 0) or vector(0)`, legend: 'down' },
      ],
      thresholdsOf: { down: [{ value: 1, color: 'red' }] },
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
      noValue: 'none yet',
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
      noValue: 'no requests',
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
      noValue: 'no requests',
      links: [MORE.requests],
    },
    {
      kind: 'stat',
      title: 'Error budget left',
      description: 'What is left of the month’s budget of each objective. Below zero it is missed.',
      width: 4,
      unit: 'percentunit',
      decimals: 1,
      queries: [{ expr: 'slo:error_budget_remaining:ratio', legend: '{{slo}}' }],
      thresholds: [
        { value: -1e9, color: 'red' },
        { value: 0.01, color: 'yellow' },
        { value: 0.25, color: 'green' },
      ],
      noValue: 'no requests',
      links: [MORE.slo, { runbook: 'SloBudgetBurnsFast' }],
    },
    {
      kind: 'stat',
      title: 'Queue drains in',
      description:
        'Demand against capacity: how long the waiting runs take at the pace at which runs have ended in the last half hour. A week for each: none has ended.',
      width: 4,
      unit: 's',
      queries: [
        {
          expr: `${WAITING} * ${HALF_HOUR} / clamp_min(${ENDED}, ${HALF_HOUR} / ${WEEK})`,
          legend: 'until the queue is empty',
        },
      ],
      thresholds: [
        { value: 900, color: 'yellow' },
        { value: 3600, color: 'red' },
      ],
      noValue: 'unknown',
      links: [MORE.training, { runbook: 'TrainingQueueOld' }],
    },
    {
      kind: 'table',
      title: 'Firing alerts',
      description:
        'What fires now, the heartbeat aside, where, and since when its condition holds. The runbooks say what to do.',
      width: 8,
      height: 8,
      rows: { severity: 'Severity', alertname: 'Alert', instance: 'Instance' },
      columns: [
        {
          title: 'For',
          expr: `time() - min by (severity, alertname, instance) (ALERTS_FOR_STATE and ignoring (alertstate) ALERTS{${FIRING}})`,
          unit: 's',
        },
      ],
      sortBy: 'For',
      noValue: 'nothing fires',
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
        'API requests in the chosen time: how many a second, how many ended in a 5xx (our failures) or a 4xx (refusals), and how long 95 of 100 took at most.',
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
      sortBy: 'Requests/s',
      noValue: 'no requests',
      links: [MORE.requests],
    },
    latency,
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
