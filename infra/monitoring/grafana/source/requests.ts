import { UIDS } from './boards.ts';
import type { DashboardSpec, Section } from './build.ts';
import {
  ANSWERED,
  bodies,
  eventsIn,
  heat,
  libraryHistogram,
  requests as ofRequests,
  perSecond,
  quantileBy,
  REFUSED,
  ROUTE,
  scoped,
} from './queries.ts';
import { errorsByRoute, latency } from './shared.ts';

const many: Section = {
  title: 'How many, and how do they end?',
  panels: [
    {
      kind: 'timeseries',
      title: 'Requests by route',
      description:
        'Requests per second, probes included. Requests to unknown paths have no route and stand under an empty name.',
      noValue: 'no requests seen',
      width: 12,
      many: true,
      unit: 'reqps',
      style: 'area',
      queries: [
        {
          expr: perSecond('count', ['http_route'], ofRequests(ROUTE)),
          legend: '{{http_route}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Requests in flight',
      description: 'Requests being answered at the moment of the scrape.',
      noValue: 'no requests seen',
      width: 12,
      unit: 'none',
      decimals: 0,
      queries: [
        {
          expr: `sum by (http_request_method) (http_server_active_requests${scoped()})`,
          legend: '{{http_request_method}}',
        },
      ],
    },
    { ...errorsByRoute, width: 12 },
    {
      kind: 'timeseries',
      title: 'Errors by type',
      description: 'Failed requests per step, by the error type that the HTTP instrumentation gives them.',
      noValue: 'no failed requests seen',
      width: 12,
      unit: 'short',
      style: 'bars',
      tone: 'red',
      queries: [
        {
          expr: `sum by (error_type) (${eventsIn('$__interval', 'http_server_requests', ROUTE, 'error_type!=""')})`,
          legend: '{{error_type}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Refused requests',
      description:
        'Requests that ended in a 4xx, per step, by status; 499: the client hung up before the answer.',
      noValue: 'no refused requests seen',
      width: 12,
      unit: 'short',
      style: 'bars',
      tone: 'yellow',
      queries: [
        {
          expr: `sum by (http_response_status_code) (${eventsIn('$__interval', 'http_server_requests', ROUTE, REFUSED)})`,
          legend: '{{http_response_status_code}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Connections refused',
      description:
        'Connections that were ended because what came by them never became a request, per step, by why. A few request_timeout are no harm: clients open connections ahead of need, and some they never use.',
      width: 12,
      unit: 'short',
      style: 'bars',
      tone: 'yellow',
      queries: [{ expr: `sum by (code) (${eventsIn('$__interval', 'http_refusals')})`, legend: '{{code}}' }],
    },
  ],
};

const long: Section = {
  title: 'How long do they take?',
  panels: [
    latency,
    {
      kind: 'timeseries',
      title: 'Slowest routes',
      description: 'p95 of the duration, by route; event streams are left out.',
      noValue: 'no requests seen',
      width: 8,
      many: true,
      unit: 's',
      queries: [quantileBy(0.95, 'http_route', ofRequests(ROUTE, ANSWERED))],
    },
    {
      kind: 'heatmap',
      title: 'Latency distribution',
      description:
        'Requests per second by duration: each column one step, each cell one bucket, darker is more.',
      noValue: 'no requests seen',
      width: 8,
      unit: 's',
      query: heat(ofRequests(ROUTE, ANSWERED)),
    },
  ],
};

const large: Section = {
  title: 'How large are they, and what do they ask of others?',
  panels: [
    {
      kind: 'timeseries',
      title: 'Bytes in and out',
      description: 'Bytes of request and response bodies per second.',
      noValue: 'no requests seen',
      width: 12,
      unit: 'Bps',
      queries: [
        {
          expr: perSecond('sum', [], bodies('request', ROUTE)),
          legend: 'received',
        },
        {
          expr: perSecond('sum', [], bodies('response', ROUTE)),
          legend: 'sent',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Outgoing requests',
      description:
        'HTTP requests that the processes make, per second, by host. Empty unless something is called.',
      noValue: 'no outgoing requests seen',
      width: 12,
      unit: 'reqps',
      queries: [
        {
          expr: perSecond(
            'count',
            ['server_address'],
            libraryHistogram('http_client_request_duration_seconds'),
          ),
          legend: '{{server_address}}',
        },
      ],
    },
  ],
};

export const requests: DashboardSpec = {
  uid: UIDS.requests,
  title: 'Requests',
  description: 'HTTP requests: how many, how they end, how long they take and how large they are.',
  from: 'now-3h',
  variables: 'scrape',
  sections: [many, long, large],
};
