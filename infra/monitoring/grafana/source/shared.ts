import { MORE } from './boards.ts';
import type { HeatmapPanel, TimeseriesPanel } from './panel.ts';
import {
  ANSWERED,
  API,
  count,
  countBy,
  countHeat,
  eventsIn,
  FAILED,
  own,
  ownHistogram,
  quantileBy,
  quantiles,
  ROUTE,
  requests,
  scoped,
} from './queries.ts';

/** Panels that stand on the overview and on the board that goes into detail. */

/** Good is green and bad is red, wherever runs and clean-ups are told by how they ended. */
const ENDINGS = {
  success: 'green',
  failure: 'red',
  cancelled: 'yellow',
  started: 'blue',
  empty: 'blue',
} as const;

export const errorsByRoute: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Errors by route',
  description: 'API requests that ended in a 5xx, per step, by route and status: our failures.',
  noValue: 'no errors seen',
  width: 8,
  unit: 'short',
  style: 'bars',
  tone: 'red',
  links: [MORE.requests, { runbook: 'HttpErrorRatioHigh' }],
  queries: [
    {
      expr: `sum by (http_route, http_response_status_code) (${eventsIn('$__interval', 'http_server_requests', ROUTE, API, FAILED)})`,
      legend: '{{http_response_status_code}} {{http_route}}',
    },
  ],
};

export const latency: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Latency',
  description: 'Duration of API requests over the chosen routes, event streams left out.',
  noValue: 'no requests seen',
  width: 8,
  unit: 's',
  links: [MORE.requests, { runbook: 'SloBudgetBurnsFast' }],
  queries: quantiles(requests(ROUTE, API, ANSWERED), 0.5, 0.95, 0.99),
};

export const uploads: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Uploads',
  description: 'Datasets uploaded, validated and stored, per step.',
  width: 8,
  unit: 'short',
  style: 'bars',
  links: [MORE.datasets],
  queries: [countBy('mode', 'dataset_uploads')],
};

export const refusals: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Refusals by reason',
  description:
    'Uploads refused or lost, per step. storage and internal are our failures, the rest the sender’s.',
  width: 8,
  unit: 'short',
  style: 'bars',
  tone: 'yellow',
  colors: { storage: 'red', internal: 'red' },
  links: [MORE.datasets, { runbook: 'UploadsRefused' }, { runbook: 'UploadsLost' }],
  queries: [countBy('reason', 'dataset_upload_failures')],
};

export const uploadDuration: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Upload duration',
  description: 'From the first byte to the acknowledgement, stored uploads only.',
  noValue: 'no uploads seen',
  width: 8,
  unit: 's',
  step: '2m',
  links: [MORE.datasets],
  queries: quantiles(ownHistogram('dataset_upload_duration_seconds'), 0.5, 0.95),
};

export const runsByOutcome: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Runs by outcome',
  description: 'Training runs that ended, per step, by how; the line: those that started.',
  width: 8,
  unit: 'short',
  style: 'bars',
  beside: ['started'],
  colors: ENDINGS,
  links: [MORE.training],
  queries: [countBy('outcome', 'training_runs')],
};

export const failuresByCause: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Failures by cause',
  description: 'Runs that ended in failure, per step. The runbook tells the request’s own faults from ours.',
  width: 8,
  unit: 'short',
  style: 'bars',
  tone: 'red',
  links: [MORE.training, { runbook: 'TrainingFailureRatioHigh' }],
  queries: [countBy('error_type', 'training_failures')],
};

export const queueDepth: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Queue depth',
  description: 'Runs waiting, in training, and waiting for another attempt.',
  width: 8,
  unit: 'none',
  decimals: 0,
  style: 'area',
  colors: { queued: 'yellow', running: 'green', retrying: 'orange' },
  links: [MORE.training, { runbook: 'TrainingQueueNotServed' }],
  queries: [{ expr: `max by (state) (${own('training_queue_depth')})`, legend: '{{state}}' }],
};

export const rowsPredicted: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Rows predicted',
  description: 'Rows per second, by task.',
  width: 8,
  unit: 'rps',
  links: [MORE.training],
  queries: [
    { expr: `sum by (task) (rate(${own('predictions_total')}[$__rate_interval]))`, legend: '{{task}}' },
  ],
};

export const predictionLatency: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Prediction latency',
  description: 'Time to answer a prediction request, loading the model included.',
  noValue: 'no predictions seen',
  width: 8,
  unit: 's',
  links: [MORE.training],
  queries: quantiles(ownHistogram('prediction_duration_seconds'), 0.5, 0.95, 0.99),
};

export const inputDrift: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Input drift (PSI)',
  description:
    'Population stability index of the input that has moved furthest from the training data, of all models in use: from 0.1 on moderate, from 0.25 on significant. No line before a model was asked for 500 rows.',
  noValue: 'no model was asked for 500 rows',
  width: 8,
  unit: 'none',
  limits: [
    { value: 0.1, color: 'yellow' },
    { value: 0.25, color: 'orange' },
  ],
  links: [MORE.training, { runbook: 'ModelInputDrift' }],
  queries: [{ expr: `max by (mode, task) (${own('model_input_drift')})`, legend: '{{mode}} {{task}}' }],
};

export const cleanUpCycles: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Clean-up cycles',
  description: 'Cycles per step, by result; empty: nothing had expired.',
  width: 8,
  unit: 'short',
  style: 'bars',
  colors: ENDINGS,
  links: [MORE.datasets, { runbook: 'DatasetTtlFailing' }],
  queries: [countBy('result', 'dataset_ttl_cycles')],
};

export const removed: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Removed by the clean-up',
  description:
    'Expired datasets and their files removed per step, files that were already gone, and ended runs past their retention.',
  width: 8,
  unit: 'short',
  style: 'bars',
  links: [MORE.datasets, { runbook: 'DatasetFilesMissing' }],
  queries: [
    count('datasets', 'dataset_ttl_datasets_removed'),
    count('files', 'dataset_ttl_files_removed'),
    count('files missing', 'dataset_ttl_files_missing'),
    count('ended runs', 'training_runs_removed'),
  ],
};

export const expired: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Expired, not yet removed',
  description: 'Datasets past their time to live. A steady climb: the batch limit is too small.',
  width: 8,
  unit: 'none',
  decimals: 0,
  links: [MORE.datasets, { runbook: 'DatasetTtlStale' }],
  queries: [{ expr: `max(${own('dataset_ttl_expired_datasets')})`, legend: 'expired' }],
};

export const eventLoopDelay: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Event-loop delay',
  description:
    'How late the event loop is, in the worst process; includes 10 ms of measurement. p99 above 0.25 s is a stall.',
  width: 8,
  unit: 's',
  limits: [{ value: 0.25, color: 'orange' }],
  links: [MORE.runtime, { runbook: 'EventLoopStalled' }],
  queries: [
    { expr: `max(nodejs_eventloop_delay_p50_seconds${scoped()})`, legend: 'p50' },
    { expr: `max(nodejs_eventloop_delay_p99_seconds${scoped()})`, legend: 'p99' },
    { expr: `max(nodejs_eventloop_delay_max_seconds${scoped()})`, legend: 'longest' },
  ],
};

export const memory: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Memory',
  description:
    'Resident memory of each main process; trainers and readers are processes of their own. Above three quarters of its limit for ten minutes a warning is sent.',
  width: 8,
  bound: '/limit$/',
  unit: 'bytes',
  links: [MORE.runtime, { runbook: 'MemoryHigh' }],
  queries: [
    {
      expr: `process_memory_usage_bytes${scoped()}`,
      legend: '{{job}} {{instance}}',
    },
    {
      expr: `0.75 * min by (job) (process_memory_limit_bytes${scoped()})`,
      legend: '{{job}}: three quarters of the limit',
    },
  ],
};

export const childCpu: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'CPU of child processes',
  description:
    'Cores used by trainers, inspectors of uploads and scorers of tables, as they report it; of one that is killed the last moments are missing.',
  width: 8,
  unit: 'short',
  style: 'area',
  links: [MORE.runtime],
  queries: [
    {
      expr: `sum by (kind, mode) (rate(${own('child_process_cpu_time_seconds_total')}[$__rate_interval]))`,
      legend: '{{kind}} {{mode}}',
    },
  ],
};

export const childMemory: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Peak memory of child processes',
  description: 'p95 of the most memory that an ended child process held, by what it does.',
  noValue: 'none seen that has ended',
  width: 12,
  unit: 'bytes',
  step: '2m',
  queries: [quantileBy(0.95, 'kind', ownHistogram('child_process_memory_peak_bytes'))],
};

export const runsInTraining: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Runs in training',
  description:
    'Runs that the processes are training at the moment of the scrape, by mode, and how many they can train at a time.',
  width: 8,
  bound: '/^slots$/',
  unit: 'none',
  decimals: 0,
  queries: [
    { expr: `sum by (mode) (${own('training_runs_active')})`, legend: '{{mode}}' },
    { expr: `sum(${own('training_slots')})`, legend: 'slots' },
  ],
};

export const oldestWaiting: TimeseriesPanel = {
  kind: 'timeseries',
  title: 'Oldest waiting run',
  description: 'How long the oldest waiting run has waited. Above an hour a warning is sent.',
  width: 8,
  unit: 's',
  limits: [{ value: 3600, color: 'orange' }],
  links: [MORE.training, { runbook: 'TrainingQueueOld' }],
  queries: [{ expr: `max(${own('training_queue_oldest_age_seconds')})`, legend: 'oldest' }],
};

export const durations: HeatmapPanel = {
  kind: 'heatmap',
  title: 'Training duration, distribution',
  description: 'Successful runs by duration.',
  noValue: 'no successful runs seen',
  width: 8,
  unit: 's',
  query: countHeat(ownHistogram('training_duration_seconds'), 'training_duration_bucket'),
};
