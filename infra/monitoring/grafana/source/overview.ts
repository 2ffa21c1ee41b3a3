import type { DashboardSpec, Section } from './build.ts';
import { bucketCounts, countBy, quantileBy, quantiles, ROUTE, scoped } from './queries.ts';

const REQUESTS = 'http_server_request_duration_seconds';
const FAILED = 'http_response_status_code=~"5.."';
/** Event streams stay open as long as their run takes: that is no latency. */
const ANSWERED = 'http_route!~".+/events"';
/** Prometheus and its company export these series too. */
const OURS = 'job=~"backend|worker"';

const now: Section = {
  title: 'Right now',
  panels: [
    {
      kind: 'stat',
      title: 'Processes up',
      description: 'Backend and worker processes whose last scrape succeeded.',
      width: 3,
      unit: 'none',
      queries: [{ expr: `sum(up${scoped(OURS)})`, legend: 'up' }],
    },
    {
      kind: 'stat',
      title: 'Alerts firing',
      description: 'Alerts of these rules that fire now, the heartbeat aside. Their list is under Alerting.',
      width: 3,
      unit: 'none',
      queries: [
        {
          expr: 'count(ALERTS{alertstate="firing", alertname!="MonitoringHeartbeat"}) or vector(0)',
          legend: 'firing',
        },
      ],
      thresholds: [{ value: 1, color: 'red' }],
    },
    {
      kind: 'stat',
      title: 'Requests',
      description: 'Requests per second over all routes; the scrape itself is not counted.',
      width: 3,
      unit: 'reqps',
      queries: [
        { expr: `sum(rate(${REQUESTS}_count${scoped(ROUTE)}[$__rate_interval]))`, legend: 'requests' },
      ],
    },
    {
      kind: 'stat',
      title: 'Error ratio',
      description: 'Share of requests that end in a 5xx. More than 5 % for five minutes wakes someone.',
      width: 3,
      unit: 'percentunit',
      queries: [
        {
          expr: `(sum(rate(${REQUESTS}_count${scoped(ROUTE, FAILED)}[$__rate_interval])) or vector(0)) / sum(rate(${REQUESTS}_count${scoped(ROUTE)}[$__rate_interval]))`,
          legend: '5xx',
        },
      ],
      thresholds: [
        { value: 0.005, color: 'yellow' },
        { value: 0.05, color: 'red' },
      ],
    },
    {
      kind: 'stat',
      title: 'Latency p95',
      description: '95 of 100 requests are answered faster than this; event streams are left out.',
      width: 3,
      unit: 's',
      queries: quantiles(REQUESTS, [ROUTE, ANSWERED], [0.95]),
      thresholds: [
        { value: 0.5, color: 'yellow' },
        { value: 2, color: 'red' },
      ],
    },
    {
      kind: 'stat',
      title: 'Runs waiting',
      description: 'Training runs that wait for their first or another attempt.',
      width: 3,
      unit: 'none',
      queries: [
        {
          expr: `sum(max by (state) (mlops_backend_training_queue_depth${scoped('state=~"queued|retrying"')}))`,
          legend: 'waiting',
        },
      ],
      thresholds: [
        { value: 10, color: 'yellow' },
        { value: 100, color: 'red' },
      ],
    },
    {
      kind: 'stat',
      title: 'Datasets',
      description: 'Datasets stored now.',
      width: 3,
      unit: 'none',
      queries: [{ expr: `max(mlops_backend_datasets${scoped()})`, legend: 'datasets' }],
    },
    {
      kind: 'stat',
      title: 'Last success',
      description: 'Time since a training run last succeeded.',
      width: 3,
      unit: 's',
      queries: [
        {
          expr: `time() - (max(mlops_backend_training_last_success_timestamp_seconds${scoped()}) > 0)`,
          legend: 'ago',
        },
      ],
      noValue: 'never',
    },
  ],
};

const http: Section = {
  title: 'Requests: rate, errors, duration',
  panels: [
    {
      kind: 'timeseries',
      title: 'Requests by route',
      description:
        'Requests per second. Requests to unknown paths have no route and stand under an empty name.',
      width: 8,
      unit: 'reqps',
      style: 'area',
      queries: [
        {
          expr: `sum by (http_route) (rate(${REQUESTS}_count${scoped(ROUTE)}[$__rate_interval]))`,
          legend: '{{http_route}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Errors by route',
      description: 'Requests that end in a 5xx, by route and status: our failures.',
      width: 8,
      unit: 'reqps',
      style: 'area',
      queries: [
        {
          expr: `sum by (http_route, http_response_status_code) (rate(${REQUESTS}_count${scoped(ROUTE, FAILED)}[$__rate_interval]))`,
          legend: '{{http_response_status_code}} {{http_route}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Refused requests',
      description:
        'Requests that end in a 4xx, by status; 499: the client hung up before the answer. By code: what never became a request.',
      width: 8,
      unit: 'reqps',
      style: 'area',
      queries: [
        {
          expr: `sum by (http_response_status_code) (rate(${REQUESTS}_count${scoped(ROUTE, 'http_response_status_code=~"4.."')}[$__rate_interval]))`,
          legend: '{{http_response_status_code}}',
        },
        {
          expr: `sum by (code) (rate(mlops_backend_http_refusals_total${scoped()}[$__rate_interval]))`,
          legend: '{{code}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Latency',
      description:
        'Duration of requests over all chosen routes, event streams left out, estimated from the histogram.',
      width: 8,
      unit: 's',
      queries: quantiles(REQUESTS, [ROUTE, ANSWERED], [0.5, 0.95, 0.99]),
    },
    {
      kind: 'heatmap',
      title: 'Latency distribution',
      description: 'Requests by duration: each column one step, each cell one bucket, darker is more.',
      width: 8,
      unit: 's',
      expr: bucketCounts(REQUESTS, ROUTE, ANSWERED),
    },
    {
      kind: 'timeseries',
      title: 'Slowest routes',
      description: 'p95 of the duration, by route; event streams are left out.',
      width: 8,
      unit: 's',
      queries: [quantileBy(0.95, 'http_route', REQUESTS, ROUTE, ANSWERED)],
    },
    {
      kind: 'timeseries',
      title: 'Requests in flight',
      description: 'Requests being answered at the moment of the scrape.',
      width: 8,
      unit: 'none',
      queries: [
        {
          expr: `sum by (http_request_method) (http_server_active_requests${scoped()})`,
          legend: '{{http_request_method}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Bytes in and out',
      description: 'Bytes of request and response bodies per second.',
      width: 8,
      unit: 'Bps',
      queries: [
        {
          expr: `sum(rate(http_server_request_body_size_bytes_sum${scoped(ROUTE)}[$__rate_interval]))`,
          legend: 'received',
        },
        {
          expr: `sum(rate(http_server_response_body_size_bytes_sum${scoped(ROUTE)}[$__rate_interval]))`,
          legend: 'sent',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Requests by error type',
      description: 'Failed requests by the error type that the HTTP instrumentation gives them.',
      width: 8,
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (error_type) (rate(${REQUESTS}_count${scoped(ROUTE, 'error_type!=""')}[$__rate_interval]))`,
          legend: '{{error_type}}',
        },
      ],
    },
  ],
};

const uploads: Section = {
  title: 'Uploads',
  panels: [
    {
      kind: 'timeseries',
      title: 'Uploads',
      description: 'Datasets uploaded, validated and stored, per step.',
      width: 8,
      unit: 'short',
      style: 'bars',
      queries: [countBy('mode', `mlops_backend_dataset_uploads_total${scoped()}`)],
    },
    {
      kind: 'timeseries',
      title: 'Refusals by reason',
      description:
        'Uploads refused or lost, per step. storage and internal are our failures, the rest the sender’s.',
      width: 8,
      unit: 'short',
      style: 'bars',
      queries: [countBy('reason', `mlops_backend_dataset_upload_failures_total${scoped()}`)],
    },
    {
      kind: 'timeseries',
      title: 'Share of uploads refused',
      description: 'Refused or lost uploads over all uploads. Above 30 % of at least ten, a warning is sent.',
      width: 8,
      unit: 'percentunit',
      max: 1,
      limits: [{ value: 0.3, color: 'orange' }],
      queries: [
        {
          expr: `sum(rate(mlops_backend_dataset_upload_failures_total${scoped()}[$__rate_interval])) / (sum(rate(mlops_backend_dataset_upload_failures_total${scoped()}[$__rate_interval])) + sum(rate(mlops_backend_dataset_uploads_total${scoped()}[$__rate_interval])))`,
          legend: 'refused',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Upload size',
      description: 'Size of stored uploads, as sent.',
      width: 8,
      unit: 'bytes',
      queries: quantiles('mlops_backend_dataset_upload_size_bytes', [], [0.5, 0.95]),
    },
    {
      kind: 'timeseries',
      title: 'Upload duration',
      description: 'From the first byte to the acknowledgement, stored uploads only.',
      width: 8,
      unit: 's',
      queries: quantiles('mlops_backend_dataset_upload_duration_seconds', [], [0.5, 0.95]),
    },
    {
      kind: 'timeseries',
      title: 'Stored datasets',
      description: 'Bytes of all datasets stored now.',
      width: 8,
      unit: 'bytes',
      queries: [{ expr: `max(mlops_backend_dataset_stored_bytes${scoped()})`, legend: 'stored' }],
    },
  ],
};

const training: Section = {
  title: 'Training',
  panels: [
    {
      kind: 'timeseries',
      title: 'Runs by outcome',
      description: 'Training runs started and ended, per step.',
      width: 8,
      unit: 'short',
      style: 'bars',
      queries: [countBy('outcome', `mlops_backend_training_runs_total${scoped()}`)],
    },
    {
      kind: 'timeseries',
      title: 'Training duration',
      description: 'From the start of a successful run to its stored model.',
      width: 8,
      unit: 's',
      queries: quantiles('mlops_backend_training_duration_seconds', [], [0.5, 0.95]),
    },
    {
      kind: 'timeseries',
      title: 'Failures by cause',
      description: 'Runs that ended in failure, per step.',
      width: 8,
      unit: 'short',
      style: 'bars',
      queries: [countBy('error_type', `mlops_backend_training_failures_total${scoped()}`)],
    },
    {
      kind: 'timeseries',
      title: 'Runs in training',
      description: 'Runs that the processes are training at the moment of the scrape, by mode.',
      width: 8,
      unit: 'none',
      queries: [
        { expr: `sum by (mode) (mlops_backend_training_runs_active${scoped()})`, legend: '{{mode}}' },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Predictions',
      description: 'Rows predicted per second, by task.',
      width: 8,
      unit: 'rps',
      queries: [
        {
          expr: `sum by (task) (rate(mlops_backend_predictions_total${scoped()}[$__rate_interval]))`,
          legend: '{{task}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Prediction latency',
      description: 'Time to answer a prediction request, loading the model included.',
      width: 8,
      unit: 's',
      queries: quantiles('mlops_backend_prediction_duration_seconds', [], [0.5, 0.99]),
    },
  ],
};

const queue: Section = {
  title: 'Queue',
  panels: [
    {
      kind: 'timeseries',
      title: 'Queue depth',
      description: 'Runs waiting, in training, and waiting for another attempt.',
      width: 6,
      unit: 'none',
      style: 'area',
      queries: [
        {
          expr: `max by (state) (mlops_backend_training_queue_depth${scoped()})`,
          legend: '{{state}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Oldest waiting run',
      description: 'How long the oldest waiting run has waited. Above an hour a warning is sent.',
      width: 6,
      unit: 's',
      limits: [{ value: 900, color: 'orange' }],
      queries: [
        { expr: `max(mlops_backend_training_queue_oldest_age_seconds${scoped()})`, legend: 'oldest' },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Wait before the first attempt',
      description: 'How long runs waited until a worker took them.',
      width: 6,
      unit: 's',
      queries: quantiles('mlops_backend_training_queue_wait_seconds', [], [0.5, 0.95]),
    },
    {
      kind: 'timeseries',
      title: 'Retries by reason',
      description: 'Attempts made again, per step, by what ended the one before.',
      width: 6,
      unit: 'short',
      style: 'bars',
      queries: [countBy('reason', `mlops_backend_training_retries_total${scoped()}`)],
    },
  ],
};

const ttl: Section = {
  title: 'Clean-up of expired datasets and ended runs',
  panels: [
    {
      kind: 'timeseries',
      title: 'Clean-up cycles',
      description: 'Cycles per step, by result; empty: nothing had expired.',
      width: 5,
      unit: 'short',
      style: 'bars',
      queries: [countBy('result', `mlops_backend_dataset_ttl_cycles_total${scoped()}`)],
    },
    {
      kind: 'timeseries',
      title: 'Removed by the clean-up',
      description:
        'Expired datasets and their files removed per step, files that were already gone, and ended runs past their retention.',
      width: 5,
      unit: 'short',
      style: 'bars',
      queries: [
        {
          expr: `sum(increase(mlops_backend_dataset_ttl_datasets_removed_total${scoped()}[$__interval]))`,
          legend: 'datasets',
        },
        {
          expr: `sum(increase(mlops_backend_dataset_ttl_files_removed_total${scoped()}[$__interval]))`,
          legend: 'files',
        },
        {
          expr: `sum(increase(mlops_backend_dataset_ttl_files_missing_total${scoped()}[$__interval]))`,
          legend: 'files missing',
        },
        {
          expr: `sum(increase(mlops_backend_training_runs_removed_total${scoped()}[$__interval]))`,
          legend: 'ended runs',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Expired, not yet removed',
      description: 'Datasets past their time to live. A steady climb: the batch limit is too small.',
      width: 5,
      unit: 'none',
      queries: [{ expr: `max(mlops_backend_dataset_ttl_expired_datasets${scoped()})`, legend: 'expired' }],
    },
    {
      kind: 'timeseries',
      title: 'Duration of a clean-up cycle',
      description: 'p95 of the duration of a cycle.',
      width: 5,
      unit: 's',
      queries: quantiles('mlops_backend_dataset_ttl_cycle_duration_seconds', [], [0.95]),
    },
    {
      kind: 'stat',
      title: 'Last clean-up',
      description: 'Time since a cycle last ended without failure.',
      width: 4,
      unit: 's',
      queries: [
        {
          expr: `time() - (max(mlops_backend_dataset_ttl_last_success_timestamp_seconds${scoped()}) > 0)`,
          legend: 'ago',
        },
      ],
      thresholds: [{ value: 7200, color: 'orange' }],
      noValue: 'never',
    },
  ],
};

const runtime: Section = {
  title: 'Runtime',
  panels: [
    {
      kind: 'timeseries',
      title: 'Event-loop delay',
      description:
        'How late the event loop is, in the worst process; includes 10 ms of measurement. p99 above 0.25 s is a stall.',
      width: 6,
      unit: 's',
      limits: [{ value: 0.25, color: 'orange' }],
      queries: [
        { expr: `max(nodejs_eventloop_delay_p50_seconds${scoped()})`, legend: 'p50' },
        { expr: `max(nodejs_eventloop_delay_p99_seconds${scoped()})`, legend: 'p99' },
        { expr: `max(nodejs_eventloop_delay_max_seconds${scoped()})`, legend: 'longest' },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Event-loop utilisation',
      description: 'Share of the time that each process’s event loop was busy.',
      width: 6,
      unit: 'percentunit',
      max: 1,
      queries: [
        {
          expr: `max by (job, instance) (nodejs_eventloop_utilization_ratio${scoped()})`,
          legend: '{{job}} {{instance}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'CPU',
      description: 'Cores used by each main process; trainers and readers are processes of their own.',
      width: 6,
      unit: 'short',
      style: 'area',
      queries: [
        {
          expr: `sum by (job, instance, cpu_mode) (rate(process_cpu_time_seconds_total${scoped()}[$__rate_interval]))`,
          legend: '{{job}} {{instance}} {{cpu_mode}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Memory',
      description:
        'Resident memory of each main process. Above three quarters of its limit for ten minutes a warning is sent.',
      width: 6,
      unit: 'bytes',
      queries: [
        {
          expr: `max by (job, instance) (process_memory_usage_bytes${scoped()})`,
          legend: '{{job}} {{instance}}',
        },
        {
          expr: `0.75 * min by (job) (process_memory_limit_bytes${scoped()})`,
          legend: '{{job}}: three quarters of the limit',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Heap by space',
      description: 'Bytes of the JavaScript heap in use, by space, over all processes.',
      width: 6,
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
      description: 'Share of the time spent collecting garbage, by kind of collection.',
      width: 6,
      unit: 'percentunit',
      queries: [
        {
          expr: `sum by (v8js_gc_type) (rate(v8js_gc_duration_seconds_sum${scoped()}[$__rate_interval]))`,
          legend: '{{v8js_gc_type}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Open resources',
      description: 'Sockets, timers and other resources that keep the event loops alive, by type.',
      width: 6,
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
      width: 6,
      unit: 's',
      queries: [
        {
          expr: `time() - max by (job, instance) (process_start_time_seconds${scoped(OURS)})`,
          legend: '{{job}} {{instance}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Database connections',
      description: 'Connections to PostgreSQL by state, and queries waiting for one.',
      width: 6,
      unit: 'short',
      queries: [
        {
          expr: `sum by (db_client_connection_state) (db_client_connection_count${scoped()})`,
          legend: '{{db_client_connection_state}}',
        },
        { expr: `sum(db_client_connection_limit${scoped()})`, legend: 'allowed' },
        {
          expr: `sum(db_client_connection_pending_requests${scoped()})`,
          legend: 'waiting queries',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Database operations',
      description: 'p95 of the duration of operations on PostgreSQL.',
      width: 6,
      unit: 's',
      queries: [quantileBy(0.95, 'db_operation_name', 'db_client_operation_duration_seconds')],
    },
    {
      kind: 'timeseries',
      title: 'Outgoing requests',
      description:
        'HTTP requests that the processes make, per second, by host. Empty unless something is called.',
      width: 6,
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (server_address) (rate(http_client_request_duration_seconds_count${scoped()}[$__rate_interval]))`,
          legend: '{{server_address}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Scrape duration',
      description: 'Time a scrape takes; above 10 s it fails.',
      width: 6,
      unit: 's',
      queries: [
        {
          expr: `max by (job, instance) (scrape_duration_seconds${scoped(OURS)})`,
          legend: '{{job}} {{instance}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'CPU of child processes',
      description: 'Cores used by trainers, inspectors and scorers, counted as they report it.',
      width: 8,
      unit: 'short',
      style: 'area',
      queries: [
        {
          expr: `sum by (kind, mode) (rate(mlops_backend_child_process_cpu_time_seconds_total${scoped()}[$__rate_interval]))`,
          legend: '{{kind}} {{mode}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Peak memory of child processes',
      description: 'p95 of the most memory that a child process held, by what it does.',
      width: 8,
      unit: 'bytes',
      queries: [quantileBy(0.95, 'kind', 'mlops_backend_child_process_memory_peak_bytes')],
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
          expr: `sum by (job, instance) (increase(mlops_backend_metrics_callback_failures_total${scoped()}[$__interval]))`,
          legend: '{{job}} {{instance}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Samples scraped',
      description: 'Samples that each process exports. A steady climb: a label has no bound.',
      width: 12,
      unit: 'short',
      queries: [
        {
          expr: `max by (job, instance) (scrape_samples_scraped${scoped(OURS)})`,
          legend: '{{job}} {{instance}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Scrapes without the database’s figures',
      description:
        'Scrapes per step whose database gauges are absent because the database did not answer in time.',
      width: 12,
      unit: 'short',
      style: 'bars',
      queries: [
        {
          expr: `sum by (job, instance) (increase(mlops_backend_metrics_database_read_failures_total${scoped()}[$__interval]))`,
          legend: '{{job}} {{instance}}',
        },
      ],
    },
  ],
};

export const overview: DashboardSpec = {
  uid: 'mlops-backend-overview',
  title: 'Backend Monitoring Overview',
  description: 'Requests, uploads, training, queue, clean-up and runtime of the ML backend.',
  from: 'now-1h',
  variables: 'scrape',
  sections: [now, http, uploads, training, queue, ttl, runtime],
};
