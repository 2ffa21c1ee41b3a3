import { UIDS } from './boards.ts';
import type { DashboardSpec, Section } from './build.ts';
import { eventsIn, libraryHistogram, quantileBy, scoped } from './queries.ts';
import { childCpu, childMemory, eventLoopDelay, memory } from './shared.ts';

const BY_PROCESS = '{{job}} {{instance}}';

const processes: Section = {
  title: 'Main processes',
  panels: [
    eventLoopDelay,
    {
      kind: 'timeseries',
      title: 'Event-loop utilisation',
      description: 'Share of the time that each process’s event loop was busy.',
      width: 8,
      unit: 'percentunit',
      max: 1,
      queries: [
        {
          expr: `nodejs_eventloop_utilization_ratio${scoped()}`,
          legend: BY_PROCESS,
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'CPU',
      description: 'Cores used by each main process.',
      width: 8,
      unit: 'short',
      style: 'area',
      queries: [
        {
          expr: `rate(process_cpu_time_seconds_total${scoped()}[$__rate_interval])`,
          legend: '{{job}} {{instance}} {{cpu_mode}}',
        },
      ],
    },
    memory,
    {
      kind: 'timeseries',
      title: 'Heap by space',
      description: 'Bytes of the JavaScript heap in use, by space, over all processes.',
      width: 8,
      unit: 'bytes',
      style: 'area',
      queries: [
        {
          expr: `sum by (v8js_heap_space_name) (v8js_memory_heap_used_bytes${scoped()})`,
          legend: '{{v8js_heap_space_name}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Garbage collection',
      description: 'Share of its time that the process which collects most spends on it, by kind.',
      width: 8,
      unit: 'percentunit',
      queries: [
        {
          expr: `max by (v8js_gc_type) (rate(v8js_gc_duration_seconds_sum${scoped()}[$__rate_interval]))`,
          legend: '{{v8js_gc_type}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Open resources',
      description: 'Sockets, timers and other resources that keep the event loops alive, by type.',
      width: 12,
      unit: 'short',
      queries: [
        {
          expr: `sum by (v8js_resource_type) (v8js_resource_active${scoped()})`,
          legend: '{{v8js_resource_type}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Uptime',
      description: 'Time since each process started; a drop is a restart.',
      width: 12,
      unit: 's',
      queries: [
        {
          expr: `time() - process_start_time_seconds${scoped()}`,
          legend: BY_PROCESS,
        },
      ],
    },
  ],
};

const children: Section = {
  title: 'Child processes: trainers, inspectors, scorers',
  panels: [{ ...childCpu, width: 12 }, childMemory],
};

const database: Section = {
  title: 'Database',
  panels: [
    {
      kind: 'timeseries',
      title: 'Database connections',
      description:
        'Connections to PostgreSQL by state, and queries waiting for one by whose connections they are: of requests and trainings (work), the queue itself, or the gauges.',
      width: 8,
      bound: '/^allowed$/',
      unit: 'short',
      links: [{ runbook: 'DatabasePoolExhausted' }],
      queries: [
        {
          expr: `sum by (db_client_connection_state) (db_client_connection_count${scoped()})`,
          legend: '{{db_client_connection_state}}',
        },
        { expr: `sum(db_client_connection_limit${scoped()})`, legend: 'allowed' },
        {
          expr: `sum by (db_client_connection_pool_name) (db_client_connection_pending_requests${scoped()})`,
          legend: 'waiting, {{db_client_connection_pool_name}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Database operations',
      description: 'p95 of the duration of operations on PostgreSQL.',
      noValue: 'no operations seen',
      width: 8,
      many: true,
      unit: 's',
      queries: [
        quantileBy(0.95, 'db_operation_name', libraryHistogram('db_client_operation_duration_seconds')),
      ],
    },
    {
      kind: 'timeseries',
      title: 'Scrapes without the database’s figures',
      description:
        'Scrapes per step whose database gauges are absent because the database did not answer in time.',
      width: 8,
      unit: 'short',
      style: 'bars',
      links: [{ runbook: 'DatabaseGaugesMissing' }],
      queries: [
        {
          expr: `sum by (job, instance) (${eventsIn('$__interval', 'metrics_database_read_failures')})`,
          legend: BY_PROCESS,
        },
      ],
    },
  ],
};

const scrapes: Section = {
  title: 'Scrapes',
  panels: [
    {
      kind: 'timeseries',
      title: 'Scrape duration',
      description: 'Time a scrape takes; above 10 s it fails.',
      width: 8,
      unit: 's',
      links: [{ runbook: 'ScrapesFailing' }],
      queries: [{ expr: `scrape_duration_seconds${scoped()}`, legend: BY_PROCESS }],
    },
    {
      kind: 'timeseries',
      title: 'Samples scraped',
      description: 'Samples that each process exports. A steady climb: a label has no bound.',
      width: 8,
      unit: 'short',
      links: [{ runbook: 'SeriesOverflow' }],
      queries: [{ expr: `scrape_samples_scraped${scoped()}`, legend: BY_PROCESS }],
    },
    {
      kind: 'timeseries',
      title: 'Metric callbacks that failed',
      description: 'Per step; what they observe is missing from those scrapes.',
      width: 8,
      unit: 'short',
      style: 'bars',
      queries: [
        {
          expr: `sum by (job, instance) (${eventsIn('$__interval', 'metrics_callback_failures')})`,
          legend: BY_PROCESS,
        },
      ],
    },
  ],
};

/** What was sent by OTLP, and what of it was lost, of one signal. */
const processed = (signal: 'span' | 'log') => `otel_sdk_processor_${signal}_processed`;

const exports: Section = {
  title: 'What is sent by OTLP: traces, logs, metrics',
  panels: [
    {
      kind: 'timeseries',
      title: 'Spans and log records sent',
      description: 'Per second. No line where nothing is sent by OTLP.',
      noValue: 'nothing is sent by OTLP',
      width: 8,
      unit: 'short',
      queries: (['span', 'log'] as const).map((signal) => ({
        expr: `sum(rate(${processed(signal)}_total${scoped('error_type=""')}[$__rate_interval]))`,
        legend: `${signal}s`,
      })),
    },
    {
      kind: 'timeseries',
      title: 'Spans and log records lost',
      description:
        'Per step, by why: they came faster than they were taken (queue_full), or were refused or not taken in time (export_failed). Traces have gaps then; nothing else of the service depends on it.',
      width: 8,
      unit: 'short',
      style: 'bars',
      tone: 'red',
      queries: (['span', 'log'] as const).map((signal) => ({
        expr: `sum by (error_type) (${eventsIn('$__interval', processed(signal), 'error_type!=""')})`,
        legend: `${signal}s: {{error_type}}`,
      })),
    },
    {
      kind: 'timeseries',
      title: 'Pushes of metrics that failed',
      description:
        'Per step. The next push says all that a lost one would have; the scrape knows nothing of it.',
      width: 8,
      unit: 'short',
      style: 'bars',
      tone: 'red',
      queries: [
        {
          expr: `sum by (job, instance) (${eventsIn('$__interval', 'metrics_push_failures')})`,
          legend: BY_PROCESS,
        },
      ],
    },
  ],
};

export const runtime: DashboardSpec = {
  uid: UIDS.runtime,
  title: 'Runtime and resources',
  description:
    'Event loops, memory, child processes, the database’s clients, the scrapes themselves and what is sent by OTLP.',
  from: 'now-3h',
  variables: 'scrape',
  sections: [processes, children, database, scrapes, exports],
};
