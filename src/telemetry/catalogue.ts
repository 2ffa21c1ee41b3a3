import { ROLES } from '../config.ts';
import { CHILD_KINDS } from '../vocabulary/children.ts';
import { CONNECTION_POOLS } from '../vocabulary/connections.ts';
import { DRIFT_LEVELS } from '../vocabulary/drift.ts';
import { TTL_RESULTS } from '../vocabulary/expiry.ts';
import { FEEDBACK_RECEIPTS } from '../vocabulary/feedback.ts';
import { HTTP_REFUSALS } from '../vocabulary/http-refusals.ts';
import { MODEL_CHANGES } from '../vocabulary/models.ts';
import { MODES, TASKS } from '../vocabulary/modes.ts';
import { CROWDED_WORK, REJECTION_REASONS } from '../vocabulary/overload.ts';
import { QUEUE_STATES, RETRY_REASONS, RUN_OUTCOMES, TRAINING_ERROR_TYPES } from '../vocabulary/runs.ts';
import { UPLOAD_FAILURE_REASONS } from '../vocabulary/uploads.ts';

/**
 * Every metric of the service, once. Instruments, views, `docs/metrics.md`, dashboards and alert rules are made
 * from this file or checked against it.
 *
 * `name` is the OpenTelemetry instrument name. Names of the `domain` group get the configured namespace and
 * subsystem in front (`mlops.backend.`); the exposition turns dots into underscores and appends the unit and
 * `_total` by the OpenTelemetry → Prometheus rules.
 */
export type MetricKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

export interface MetricDefinition {
  readonly group: 'domain' | 'http' | 'database' | 'runtime' | 'process' | 'telemetry';
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM; empty where an instrumentation library names none (the exposition then appends nothing). */
  readonly unit: string;
  readonly description: string;
  /** Label → its closed set of values; `null` where the set is bounded by code elsewhere (routes, status codes). */
  readonly labels: Readonly<Record<string, readonly string[] | null>>;
  /** Upper bounds in `unit`; only histograms have them. */
  readonly buckets?: readonly number[];
  /** Where a library makes the metric: its meter, and its own name for the instrument when our view renames it. */
  readonly source?: { readonly meter: string; readonly instrument?: string };
}

/** The meter of every instrument that the service makes itself. */
export const METER_NAME = 'mlops-backend';

const SECONDS_SHORT = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];
const SECONDS_SEMCONV = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const BODY_BYTES = [100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];

/** Why spans or log records were not sent. */
export const EXPORT_ERROR_TYPES = ['queue_full', 'export_failed'] as const;

export const CATALOGUE = {
  datasetUploads: {
    group: 'domain',
    name: 'dataset.uploads',
    kind: 'counter',
    unit: '{upload}',
    description: 'Datasets uploaded, validated and stored.',
    labels: { mode: MODES },
  },
  datasetUploadFailures: {
    group: 'domain',
    name: 'dataset.upload.failures',
    kind: 'counter',
    unit: '{upload}',
    description: 'Uploads refused or lost, by reason. Nothing of them is kept.',
    labels: { mode: MODES, reason: UPLOAD_FAILURE_REASONS },
  },
  datasetUploadSize: {
    group: 'domain',
    name: 'dataset.upload.size',
    kind: 'histogram',
    unit: 'By',
    description: 'Size of stored uploads, as sent.',
    labels: { mode: MODES },
    buckets: [1e4, 5e4, 1e5, 2.5e5, 5e5, 1e6, 2e6, 5e6, 1e7, 2e7, 1e8, 1e9, 1e10],
  },
  datasetUploadDuration: {
    group: 'domain',
    name: 'dataset.upload.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the first byte of an upload to its acknowledgement, stored uploads only.',
    labels: { mode: MODES },
    buckets: SECONDS_SHORT,
  },
  datasets: {
    group: 'domain',
    name: 'datasets',
    kind: 'gauge',
    unit: '{dataset}',
    description: 'Datasets stored now, read from the database.',
    labels: {},
  },
  datasetStored: {
    group: 'domain',
    name: 'dataset.stored',
    kind: 'gauge',
    unit: 'By',
    description: 'Bytes of the datasets stored now, read from the database.',
    labels: {},
  },
  storageAvailable: {
    group: 'domain',
    name: 'storage.available',
    kind: 'gauge',
    unit: 'By',
    description:
      'Bytes that the storage can still take: what is free on its file system, less `STORAGE_RESERVE_BYTES`. At 0 uploads are refused.',
    labels: {},
  },
  storageSize: {
    group: 'domain',
    name: 'storage.size',
    kind: 'gauge',
    unit: 'By',
    description: 'Bytes of the storage’s file system, in use or not.',
    labels: {},
  },
  trainingRuns: {
    group: 'domain',
    name: 'training.runs',
    kind: 'counter',
    unit: '{run}',
    description:
      'Training runs by what became of them. A run starts once, however often it is retried or handed back.',
    labels: { mode: MODES, outcome: RUN_OUTCOMES, task: TASKS },
  },
  trainingFailures: {
    group: 'domain',
    name: 'training.failures',
    kind: 'counter',
    unit: '{run}',
    description: 'Training runs that ended in failure, by cause.',
    labels: { mode: MODES, error_type: TRAINING_ERROR_TYPES },
  },
  trainingDuration: {
    group: 'domain',
    name: 'training.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the start of a successful run to its stored model.',
    labels: { mode: MODES, task: TASKS },
    buckets: [0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300, 900, 3600],
  },
  trainingRunsActive: {
    group: 'domain',
    name: 'training.runs.active',
    kind: 'updowncounter',
    unit: '{run}',
    description: 'Runs that this process is training now.',
    labels: { mode: MODES },
  },
  trainingSlots: {
    group: 'domain',
    name: 'training.slots',
    kind: 'gauge',
    unit: '{run}',
    description: 'Runs that this process trains at a time; 0 where it is no worker.',
    labels: {},
  },
  trainingRunsRemoved: {
    group: 'domain',
    name: 'training.runs.removed',
    kind: 'counter',
    unit: '{run}',
    description: 'Ended runs removed because their retention was over.',
    labels: {},
  },
  trainingLastSuccess: {
    group: 'domain',
    name: 'training.last_success.timestamp',
    kind: 'gauge',
    unit: 's',
    description: 'When a run last succeeded, seconds since 1970, read from the database; 0: never.',
    labels: { mode: MODES },
  },
  trainingQueueDepth: {
    group: 'domain',
    name: 'training.queue.depth',
    kind: 'gauge',
    unit: '{run}',
    description: 'Runs waiting, in training, and waiting for another attempt, read from the database.',
    labels: { state: QUEUE_STATES },
  },
  trainingQueueOldestAge: {
    group: 'domain',
    name: 'training.queue.oldest_age',
    kind: 'gauge',
    unit: 's',
    description:
      'Longest time that a run has waited since it was last queued, read from the database; 0: none waits.',
    labels: {},
  },
  trainingQueueWait: {
    group: 'domain',
    name: 'training.queue.wait',
    kind: 'histogram',
    unit: 's',
    description: 'Time a run waited before its first attempt.',
    labels: { mode: MODES },
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400],
  },
  trainingRetries: {
    group: 'domain',
    name: 'training.retries',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts made again, by what ended the one before.',
    labels: { mode: MODES, reason: RETRY_REASONS },
  },
  ttlCycles: {
    group: 'domain',
    name: 'dataset.ttl.cycles',
    kind: 'counter',
    unit: '{cycle}',
    description: 'Clean-up cycles by result; `empty`: nothing had expired.',
    labels: { result: TTL_RESULTS },
  },
  ttlCycleDuration: {
    group: 'domain',
    name: 'dataset.ttl.cycle.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of a clean-up cycle.',
    labels: {},
    buckets: SECONDS_SHORT,
  },
  ttlLastSuccess: {
    group: 'domain',
    name: 'dataset.ttl.last_success.timestamp',
    kind: 'gauge',
    unit: 's',
    description:
      'When a clean-up cycle last ended without failure, seconds since 1970, read from the database; 0: never.',
    labels: {},
  },
  ttlDatasetsRemoved: {
    group: 'domain',
    name: 'dataset.ttl.datasets_removed',
    kind: 'counter',
    unit: '{dataset}',
    description: 'Expired datasets removed.',
    labels: {},
  },
  ttlFilesRemoved: {
    group: 'domain',
    name: 'dataset.ttl.files_removed',
    kind: 'counter',
    unit: '{file}',
    description: 'Files of expired datasets removed.',
    labels: {},
  },
  ttlFilesMissing: {
    group: 'domain',
    name: 'dataset.ttl.files_missing',
    kind: 'counter',
    unit: '{file}',
    description: 'Files of expired datasets that were already gone.',
    labels: {},
  },
  ttlExpiredDatasets: {
    group: 'domain',
    name: 'dataset.ttl.expired_datasets',
    kind: 'gauge',
    unit: '{dataset}',
    description: 'Datasets past their TTL and not yet removed, read from the database.',
    labels: {},
  },
  predictions: {
    group: 'domain',
    name: 'predictions',
    kind: 'counter',
    unit: '{row}',
    description: 'Rows predicted, by JSON and in tables.',
    labels: { task: TASKS },
  },
  predictionDuration: {
    group: 'domain',
    name: 'prediction.duration',
    kind: 'histogram',
    unit: 's',
    description:
      'Time to answer a prediction request, model load included; of a table, without waiting for its rows.',
    labels: { task: TASKS },
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30],
  },
  modelChanges: {
    group: 'domain',
    name: 'model.changes',
    kind: 'counter',
    unit: '{change}',
    description:
      'Changes of what stands under the names of models, as their histories tell them. An alias that moves to a later version is promoted, to an earlier one rolled back.',
    labels: { change: MODEL_CHANGES },
  },
  modelInputDrift: {
    group: 'domain',
    name: 'model.input_drift',
    kind: 'gauge',
    unit: '{index}',
    description:
      'Highest population stability index of any input column of the models that this process was called for within the last hour; below 0.1 is stable, from 0.25 on significant. Absent until one was asked for 500 rows.',
    labels: { mode: MODES, task: TASKS },
  },
  modelsInUse: {
    group: 'domain',
    name: 'models.in_use',
    kind: 'gauge',
    unit: '{model}',
    description:
      'Models that this process was called for within the last hour, by how far their inputs have drifted from the training data.',
    labels: { drift: DRIFT_LEVELS },
  },
  feedbackOutcomes: {
    group: 'domain',
    name: 'feedback.outcomes',
    kind: 'counter',
    unit: '{outcome}',
    description: 'Outcomes of predictions that clients sent back, by what became of them.',
    labels: { receipt: FEEDBACK_RECEIPTS },
  },
  feedbackPredictions: {
    group: 'domain',
    name: 'feedback.predictions',
    kind: 'counter',
    unit: '{prediction}',
    description: 'Predictions whose outcome became known. One that is told again counts once.',
    labels: { task: TASKS },
  },
  feedbackError: {
    group: 'domain',
    name: 'feedback.error',
    kind: 'counter',
    unit: '{error}',
    description:
      'What those predictions were off by, all added up: 1 for a wrong class; of a number the absolute error as a multiple of the mean one of its model in training, 100 at most.',
    labels: { task: TASKS },
  },
  feedbackExpectedError: {
    group: 'domain',
    name: 'feedback.expected_error',
    kind: 'counter',
    unit: '{error}',
    description:
      'What the same predictions would be off by if their models were as good as on the rows they did not see in training.',
    labels: { task: TASKS },
  },
  databaseReadFailures: {
    group: 'domain',
    name: 'metrics.database_read.failures',
    kind: 'counter',
    unit: '{read}',
    description: 'Scrapes whose database gauges are absent because the database did not answer in time.',
    labels: {},
  },
  metricsCallbackFailures: {
    group: 'domain',
    name: 'metrics.callback.failures',
    kind: 'counter',
    unit: '{failure}',
    description:
      'Metric callbacks that failed or did not answer in time; what they observe was left out of that scrape.',
    labels: {},
  },
  metricsPushFailures: {
    group: 'domain',
    name: 'metrics.push.failures',
    kind: 'counter',
    unit: '{push}',
    description:
      'Pushes of the metrics by OTLP that were refused or not taken in time. The next one says all that this one would have.',
    labels: {},
  },
  childProcessCpuTime: {
    group: 'domain',
    name: 'child_process.cpu.time',
    kind: 'counter',
    unit: 's',
    description:
      'CPU time of child processes, by what they do; counted as they report it, of one that was killed up to its last report.',
    labels: { kind: CHILD_KINDS, mode: MODES },
  },
  childProcessMemoryPeak: {
    group: 'domain',
    name: 'child_process.memory.peak',
    kind: 'histogram',
    unit: 'By',
    description: 'Most resident memory of a child process during each piece of work, as far as it reported.',
    labels: { kind: CHILD_KINDS, mode: MODES },
    buckets: [2 ** 26, 2 ** 27, 2 ** 28, 2 ** 29, 2 ** 30, 2 ** 31, 2 ** 32, 2 ** 33],
  },

  httpRefusals: {
    group: 'domain',
    name: 'http.refusals',
    kind: 'counter',
    unit: '{refusal}',
    description:
      'Connections ended by the HTTP parser: what came was no request, or did not become one in time. They are in no other HTTP metric.',
    labels: { code: HTTP_REFUSALS },
  },

  overloadRejections: {
    group: 'domain',
    name: 'overload.rejections',
    kind: 'counter',
    unit: '{request}',
    description:
      'Requests answered 503, to be sent again later, because they would have waited too long for their turn (`queue_full`) or had waited that long (`timeout`). They count as no failure of an upload.',
    labels: { work: CROWDED_WORK, reason: REJECTION_REASONS },
  },

  httpServerRequestDuration: {
    group: 'http',
    name: 'http.server.request.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of HTTP server requests.',
    labels: {
      'http.request.method': null,
      'http.route': null,
      'http.response.status_code': null,
      'error.type': null,
    },
    // The boundaries are the setting PROMETHEUS__LATENCY_BUCKETS; these are its default.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
  },
  httpServerActiveRequests: {
    group: 'http',
    name: 'http.server.active_requests',
    kind: 'updowncounter',
    unit: '{request}',
    description: 'HTTP server requests in flight.',
    labels: { 'http.request.method': null },
  },
  httpServerRequestBodySize: {
    group: 'http',
    name: 'http.server.request.body.size',
    kind: 'histogram',
    unit: 'By',
    description: 'Bytes of HTTP request bodies, as received.',
    labels: { 'http.request.method': null, 'http.route': null, 'http.response.status_code': null },
    buckets: BODY_BYTES,
  },
  httpServerResponseBodySize: {
    group: 'http',
    name: 'http.server.response.body.size',
    kind: 'histogram',
    unit: 'By',
    description: 'Bytes of HTTP response bodies, as sent.',
    labels: { 'http.request.method': null, 'http.route': null, 'http.response.status_code': null },
    buckets: BODY_BYTES,
  },
  httpClientRequestDuration: {
    group: 'http',
    name: 'http.client.request.duration',
    kind: 'histogram',
    unit: 's',
    description:
      'Duration of HTTP requests that this process makes with fetch, such as those to Alertmanager.',
    labels: {
      'http.request.method': null,
      'server.address': null,
      'http.response.status_code': null,
      'error.type': null,
    },
    buckets: SECONDS_SEMCONV,
    source: { meter: '@opentelemetry/instrumentation-undici' },
  },

  dbClientOperationDuration: {
    group: 'database',
    name: 'db.client.operation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of database client operations.',
    labels: { 'db.operation.name': null, 'error.type': null },
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    source: { meter: '@opentelemetry/instrumentation-pg' },
  },
  dbClientConnectionCount: {
    group: 'database',
    // The convention's name; promtool keeps the suffix `_count` for histograms and says so.
    name: 'db.client.connection.count',
    kind: 'updowncounter',
    unit: '{connection}',
    description: 'Database connections by state.',
    labels: {
      'db.client.connection.pool.name': CONNECTION_POOLS,
      'db.client.connection.state': ['idle', 'used'],
    },
  },
  dbClientConnectionPendingRequests: {
    group: 'database',
    name: 'db.client.connection.pending_requests',
    kind: 'updowncounter',
    unit: '{request}',
    description: 'Requests waiting for a database connection.',
    labels: { 'db.client.connection.pool.name': CONNECTION_POOLS },
  },
  dbClientConnectionLimit: {
    group: 'database',
    name: 'db.client.connection.limit',
    kind: 'updowncounter',
    unit: '{connection}',
    description: 'Most database connections allowed.',
    labels: { 'db.client.connection.pool.name': CONNECTION_POOLS },
  },

  eventLoopDelayMin: {
    group: 'runtime',
    name: 'nodejs.eventloop.delay.min',
    kind: 'gauge',
    unit: 's',
    description: 'Shortest event-loop delay of the last 20 to 40 s; includes the 10 ms resolution.',
    labels: {},
  },
  eventLoopDelayMax: {
    group: 'runtime',
    name: 'nodejs.eventloop.delay.max',
    kind: 'gauge',
    unit: 's',
    description: 'Longest event-loop delay of the last 20 to 40 s; includes the 10 ms resolution.',
    labels: {},
  },
  eventLoopDelayMean: {
    group: 'runtime',
    name: 'nodejs.eventloop.delay.mean',
    kind: 'gauge',
    unit: 's',
    description: 'Mean event-loop delay of the last 20 to 40 s; includes the 10 ms resolution.',
    labels: {},
  },
  eventLoopDelayStddev: {
    group: 'runtime',
    name: 'nodejs.eventloop.delay.stddev',
    kind: 'gauge',
    unit: 's',
    description:
      'Standard deviation of the event-loop delay of the last 20 to 40 s; includes the 10 ms resolution.',
    labels: {},
  },
  eventLoopDelayP50: {
    group: 'runtime',
    name: 'nodejs.eventloop.delay.p50',
    kind: 'gauge',
    unit: 's',
    description: 'Median event-loop delay of the last 20 to 40 s; includes the 10 ms resolution.',
    labels: {},
  },
  eventLoopDelayP90: {
    group: 'runtime',
    name: 'nodejs.eventloop.delay.p90',
    kind: 'gauge',
    unit: 's',
    description:
      '90th percentile of the event-loop delay of the last 20 to 40 s; includes the 10 ms resolution.',
    labels: {},
  },
  eventLoopDelayP99: {
    group: 'runtime',
    name: 'nodejs.eventloop.delay.p99',
    kind: 'gauge',
    unit: 's',
    description:
      '99th percentile of the event-loop delay of the last 20 to 40 s; includes the 10 ms resolution.',
    labels: {},
  },
  eventLoopTime: {
    group: 'runtime',
    name: 'nodejs.eventloop.time',
    kind: 'counter',
    unit: 's',
    description: 'Time the event loop has been in each state.',
    labels: { 'nodejs.eventloop.state': ['active', 'idle'] },
    source: { meter: '@opentelemetry/instrumentation-runtime-node' },
  },
  eventLoopUtilization: {
    group: 'runtime',
    name: 'nodejs.eventloop.utilization',
    kind: 'gauge',
    unit: '1',
    description: 'Share of the last 20 to 40 s that the event loop was busy, 0 to 1.',
    labels: {},
  },
  gcDuration: {
    group: 'runtime',
    name: 'v8js.gc.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Garbage collection duration by kind.',
    labels: { 'v8js.gc.type': ['major', 'minor', 'incremental', 'weakcb'] },
    buckets: SECONDS_SEMCONV,
    source: { meter: '@opentelemetry/instrumentation-runtime-node' },
  },
  heapSpaceSize: {
    group: 'runtime',
    name: 'v8js.memory.heap.space.size',
    kind: 'updowncounter',
    unit: 'By',
    description: 'Bytes reserved for a heap space.',
    labels: { 'v8js.heap.space.name': null },
    source: { meter: '@opentelemetry/instrumentation-runtime-node' },
  },
  heapUsed: {
    group: 'runtime',
    name: 'v8js.memory.heap.used',
    kind: 'gauge',
    unit: 'By',
    description: 'Bytes of a heap space in use.',
    labels: { 'v8js.heap.space.name': null },
    source: { meter: '@opentelemetry/instrumentation-runtime-node' },
  },
  heapSpaceAvailableSize: {
    group: 'runtime',
    name: 'v8js.memory.heap.space.available_size',
    kind: 'gauge',
    unit: 'By',
    description: 'Bytes of a heap space that are free.',
    labels: { 'v8js.heap.space.name': null },
    source: { meter: '@opentelemetry/instrumentation-runtime-node' },
  },
  heapSpacePhysicalSize: {
    group: 'runtime',
    name: 'v8js.memory.heap.space.physical_size',
    kind: 'gauge',
    unit: 'By',
    description: 'Bytes committed to a heap space.',
    labels: { 'v8js.heap.space.name': null },
    source: { meter: '@opentelemetry/instrumentation-runtime-node' },
  },
  resourceActive: {
    group: 'runtime',
    name: 'v8js.resource.active',
    kind: 'gauge',
    unit: '{resource}',
    description: 'Resources that keep the event loop alive, by type.',
    labels: { 'v8js.resource.type': null },
    source: { meter: '@opentelemetry/instrumentation-runtime-node' },
  },

  processCpuTime: {
    group: 'process',
    name: 'process.cpu.time',
    kind: 'counter',
    unit: 's',
    description: 'CPU time of the process.',
    labels: { 'cpu.mode': ['user', 'system'] },
  },
  processCpuUtilization: {
    group: 'process',
    name: 'process.cpu.utilization',
    kind: 'gauge',
    unit: '1',
    description: 'CPU time of the last 20 to 40 s over the time of all cores, 0 to 1.',
    labels: { 'cpu.mode': ['user', 'system'] },
  },
  processMemoryUsage: {
    group: 'process',
    name: 'process.memory.usage',
    kind: 'updowncounter',
    unit: 'By',
    description: 'Resident memory of the process.',
    labels: {},
  },
  processMemoryLimit: {
    group: 'process',
    name: 'process.memory.limit',
    kind: 'updowncounter',
    unit: 'By',
    description:
      'Memory that the process may come to use: that of its container, or of the machine where none is set, less what its trainers may take, but a quarter at least.',
    labels: {},
  },
  processStartTime: {
    group: 'process',
    name: 'process.start_time',
    kind: 'gauge',
    unit: 's',
    description: 'When the process started, seconds since 1970.',
    labels: {},
  },
  spansProcessed: {
    group: 'telemetry',
    name: 'otel.sdk.processor.span.processed',
    kind: 'counter',
    unit: '{span}',
    description: 'Spans sent by OTLP, or lost where there is an error type.',
    labels: { 'error.type': null },
    source: { meter: '@opentelemetry/sdk-trace' },
  },
  logRecordsProcessed: {
    group: 'telemetry',
    name: 'otel.sdk.processor.log.processed',
    kind: 'counter',
    unit: '{log_record}',
    description: 'Log records sent by OTLP, or lost where there is an error type.',
    labels: { 'error.type': null },
    source: { meter: '@opentelemetry/sdk-logs' },
  },

  targetInfo: {
    group: 'process',
    name: 'target.info',
    kind: 'gauge',
    unit: '',
    description: 'What is being scraped; always 1. Made from the resource, not by an instrument.',
    labels: {
      'service.name': null,
      'service.version': null,
      'service.instance.id': null,
      'mlops.role': ROLES,
      'deployment.environment.name': null,
      'telemetry.sdk.name': null,
      'telemetry.sdk.language': null,
      'telemetry.sdk.version': null,
    },
  },
} as const satisfies Record<string, MetricDefinition>;
