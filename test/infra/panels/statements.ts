import {
  anybodys,
  both,
  each,
  events,
  type Figure,
  figure,
  fold,
  highest,
  highestRate,
  lowest,
  made,
  only,
  or,
  quantile,
  rate,
  recorded,
  seriesIn,
  share,
  since,
  together,
  type View,
  type Where,
  type Window,
} from './figures.ts';
import type { Labels } from './label-sets.ts';

/**
 * What every query of a panel must show, by the panel's title and the query's legend, as the panel's own description
 * promises it. Written by hand: nothing here is made from the queries.
 */
const own = (name: string) => `mlops_backend_${name}`;
const MINUTE = 60;
const PROCESS = ['job', 'instance'];

const status = (digit: string): Where => {
  return ({ http_response_status_code = '' }) => http_response_status_code.startsWith(digit);
};
const isApi: Where = ({ http_route = '' }) => http_route.startsWith('/api/ml/');
const isAnswer: Where = ({ http_route = '' }) => !http_route.endsWith('/events');
const all =
  (...conditions: readonly Where[]): Where =>
  (labels) =>
    conditions.every((condition) => condition(labels));
const has =
  (label: string, ...values: readonly string[]): Where =>
  (labels) =>
    values.includes(labels[label] ?? '');

/** By OTLP: what was lost has an error type. */
const isLost: Where = ({ error_type }) => error_type !== undefined;
const isSent: Where = (labels) => !isLost(labels);

const DURATION = 'http_server_request_duration_seconds';
const requests = (by: readonly string[], window: Window, where?: Where) =>
  events(by, `${DURATION}_count`, window, where);
const runs = (by: readonly string[], window: Window, where?: Where) =>
  events(by, own('training_runs_total'), window, where);

/** By route; 0 for a route that was asked for and saw none of these. */
const ofEachRoute = (where: Where): Figure =>
  or(
    requests(['http_route'], 'range', all(isApi, where)),
    made(requests(['http_route'], 'range', isApi), () => 0),
  );

const stored = events([], own('dataset_uploads_total'), 30 * MINUTE);
const refused = events([], own('dataset_upload_failures_total'), 30 * MINUTE);

const perState: Figure = highest(['state'], own('training_queue_depth'));
const waiting: Figure = (view) =>
  fold(
    highest(['state'], own('training_queue_depth'), has('state', 'queued', 'retrying'))(view),
    [],
    (...depths) => depths.reduce((a, b) => a + b, 0),
  );
const ended = runs([], 30 * MINUTE, (labels) => labels['outcome'] !== 'started');

const isFiring = has('alertstate', 'firing');
const isPending = has('alertstate', 'pending');
const anySeverity = has('severity', 'critical', 'warning');
/** 4: blind, 3: act now, 2: look today, 1: pending, 0: all is well. */
const state: Figure = (view) => {
  const isOn = (...conditions: readonly Where[]) => anybodys(view, 'ALERTS', all(...conditions)).length > 0;
  const isWatched = isOn(isFiring, has('alertname', 'MonitoringHeartbeat'));
  if (!isWatched || !seriesIn(view, 'up').some(({ value }) => value === 1)) return figure(4)(view);
  if (isOn(isFiring, has('severity', 'critical'))) return figure(3)(view);
  if (isOn(isFiring, has('severity', 'warning'))) return figure(2)(view);
  return figure(isOn(isPending, anySeverity) ? 1 : 0)(view);
};
/** Since when the condition of each holds. */
const alertsSince: Figure = (view) => {
  const starts = anybodys(view, 'ALERTS_FOR_STATE');
  const alerts = anybodys(view, 'ALERTS', anySeverity).flatMap(({ labels }) => {
    const { alertstate: _, ...name } = labels;
    const start = starts.find((one) => JSON.stringify(one.labels) === JSON.stringify(name));
    return start === undefined ? [] : [{ ...start, labels }];
  });
  return since(() => fold(alerts, ['alertstate', 'severity', 'alertname', 'instance'], Math.min))(view);
};

const slo = (name: string) => has('slo', name);
const budgetLeft = (name: string) => recorded('slo:error_budget_remaining:ratio', slo(name));
const reached = (name: string): Figure =>
  made(recorded('slo:bad_requests:ratio_rate30d', slo(name)), (bad) => 1 - bad);
const burnRates = (name: string) =>
  Object.fromEntries(
    ['5m', '30m', '1h', '6h', '3d'].map((window) => [
      window,
      both(
        recorded(`slo:bad_requests:ratio_rate${window}`, slo(name)),
        recorded('slo:error_budget:ratio', slo(name)),
        (bad, budget) => bad / budget,
      ),
    ]),
  );

const quantiles = (name: string, levels: readonly number[], where?: Where) =>
  Object.fromEntries(levels.map((level) => [`p${level * 100}`, quantile(level, [], name, where)]));

/** The values of a label, as they are offered for a variable, which does not depend on what was chosen for itself. */
const offered =
  (variable: keyof View['chosen'], name: string, label: string = variable): Figure =>
  (view) => {
    const { [variable]: _, ...chosen } = view.chosen;
    // Grafana asks for what was there in the chosen time, the query that stands for it here for what is there now.
    const there = seriesIn({ ...view, chosen }, name).filter(({ last }) => last === undefined);
    return fold(there, [label], () => 1);
  };

export const STATEMENTS: Readonly<Record<string, Readonly<Record<string, Figure>>>> = {
  State: { state },
  Processes: {
    up: (view) => figure(seriesIn(view, 'up').filter(({ value }) => value === 1).length)(view),
    down: (view) => figure(seriesIn(view, 'up').filter(({ value }) => value === 0).length)(view),
  },
  Requests: { requests: rate([], `${DURATION}_count`, isApi) },
  'Error ratio': {
    '5xx': share(
      or(requests([], 10 * MINUTE, all(isApi, status('5'))), figure(0)),
      requests([], 10 * MINUTE, isApi),
    ),
  },
  'Latency p95': quantiles(DURATION, [0.95], all(isApi, isAnswer)),
  'Error budget left': { '{{slo}}': recorded('slo:error_budget_remaining:ratio') },
  'Queue drains in': {
    // For ever, where runs wait and none has ended.
    'until the queue is empty': both(
      waiting,
      ended,
      (depth, runs) => (depth * 30 * MINUTE) / Math.max(runs, 1e-6),
    ),
  },
  'Alerts, firing and pending': { For: alertsSince },
  'Errors by route': {
    '{{http_response_status_code}} {{http_route}}': requests(
      ['http_route', 'http_response_status_code'],
      'step',
      all(isApi, status('5')),
    ),
  },
  'Queue depth': { '{{state}}': perState },
  Routes: {
    'Requests/s': (view) =>
      made(requests(['http_route'], 'range', isApi), (count) => count / view.range)(view),
    Errors: ofEachRoute(status('5')),
    Refused: ofEachRoute(status('4')),
    p95: quantile(0.95, ['http_route'], DURATION, all(isApi, isAnswer), 'range'),
  },
  Latency: quantiles(DURATION, [0.5, 0.95, 0.99], all(isApi, isAnswer)),
  Uploads: { '{{mode}}': events(['mode'], own('dataset_uploads_total'), 'step') },
  'Refusals by reason': {
    '{{reason}}': events(['reason'], own('dataset_upload_failures_total'), 'step'),
  },
  'Turned away': {
    '{{work}}: {{reason}}': events(['work', 'reason'], own('overload_rejections_total'), 'step'),
  },
  'Share of uploads refused': {
    refused: share(
      refused,
      both(refused, stored, (a, b) => a + b),
    ),
  },
  'Upload duration': quantiles(own('dataset_upload_duration_seconds'), [0.5, 0.95]),
  'Upload size': quantiles(own('dataset_upload_size_bytes'), [0.5, 0.95]),
  'Stored datasets': { stored: highest([], own('dataset_stored_bytes')) },
  'Space left': {
    left: lowest([], own('storage_available_bytes')),
    size: lowest([], own('storage_size_bytes')),
  },
  Datasets: { datasets: highest([], own('datasets')) },
  'Clean-up cycles': { '{{result}}': events(['result'], own('dataset_ttl_cycles_total'), 'step') },
  'Removed by the clean-up': {
    datasets: events([], own('dataset_ttl_datasets_removed_total'), 'step'),
    files: events([], own('dataset_ttl_files_removed_total'), 'step'),
    'files missing': events([], own('dataset_ttl_files_missing_total'), 'step'),
    'ended runs': events([], own('training_runs_removed_total'), 'step'),
  },
  'Expired, not yet removed': { expired: highest([], own('dataset_ttl_expired_datasets')) },
  'Duration of a clean-up cycle': quantiles(own('dataset_ttl_cycle_duration_seconds'), [0.95]),
  'Last clean-up': { ago: since(highest([], own('dataset_ttl_last_success_timestamp_seconds'))) },
  'Success ratio': {
    success: share(
      runs([], 'range', has('outcome', 'success')),
      runs([], 'range', has('outcome', 'success', 'failure')),
    ),
  },
  'Runs in the chosen time': { '{{outcome}}': runs(['outcome'], 'range') },
  'Last success by mode': {
    '{{mode}}': since(highest(['mode'], own('training_last_success_timestamp_seconds'))),
  },
  'Runs by outcome': { '{{outcome}}': runs(['outcome'], 'step') },
  'Failures by cause': {
    '{{error_type}}': events(['error_type'], own('training_failures_total'), 'step'),
  },
  'Successful runs by task': { '{{task}}': runs(['task'], 'step', has('outcome', 'success')) },
  'Training duration by mode': {
    '{{mode}} p95': quantile(0.95, ['mode'], own('training_duration_seconds')),
    '{{mode}} mean': both(
      rate(['mode'], own('training_duration_seconds_sum')),
      rate(['mode'], own('training_duration_seconds_count')),
      (seconds, runs) => (runs > 0 ? seconds / runs : undefined),
    ),
  },
  'Training duration, distribution': {
    // Of native histograms there are no copies.
    '{{le}}': (view) =>
      view.world.form === 'native'
        ? made(rate(['le'], own('training_duration_seconds_bucket')), (pace) => pace * view.rate)(view)
        : events(['le'], own('training_duration_seconds_bucket'), 'step')(view),
  },
  'Runs in training': {
    '{{mode}}': together(['mode'], own('training_runs_active')),
    slots: together([], own('training_slots')),
  },
  'Oldest waiting run': { oldest: highest([], own('training_queue_oldest_age_seconds')) },
  Queue: { '{{state}}': perState },
  'Wait before the first attempt': quantiles(own('training_queue_wait_seconds'), [0.5, 0.95]),
  'Retries by reason': { '{{reason}}': events(['reason'], own('training_retries_total'), 'step') },
  'Rows predicted': { '{{task}}': rate(['task'], own('predictions_total')) },
  'Prediction latency': quantiles(own('prediction_duration_seconds'), [0.5, 0.95, 0.99]),
  'Input drift (PSI)': { '{{mode}} {{task}}': highest(['mode', 'task'], own('model_input_drift')) },
  'Models in use by drift': { '{{drift}}': highest(['drift'], own('models_in_use')) },
  'Live errors against training': {
    '{{task}}': share(
      events(['task'], own('feedback_error_total'), 'step'),
      events(['task'], own('feedback_expected_error_total'), 'step'),
    ),
  },
  'Predictions judged': { '{{task}}': events(['task'], own('feedback_predictions_total'), 'step') },
  'Outcomes sent back': { '{{receipt}}': events(['receipt'], own('feedback_outcomes_total'), 'step') },
  'Changes of what stands under names': {
    '{{change}}': events(['change'], own('model_changes_total'), 'step'),
  },
  'Rollbacks in the chosen time': {
    rollbacks: events([], own('model_changes_total'), 'range', has('change', 'alias_rolled_back')),
  },
  'Requests by route': { '{{http_route}}': rate(['http_route'], `${DURATION}_count`) },
  'Requests in flight': {
    '{{http_request_method}}': together(['http_request_method'], 'http_server_active_requests'),
  },
  'Errors by type': {
    '{{error_type}}': requests(['error_type'], 'step', ({ error_type }) => error_type !== undefined),
  },
  'Refused requests': {
    '{{http_response_status_code}}': requests(['http_response_status_code'], 'step', status('4')),
  },
  'Connections refused': { '{{code}}': events(['code'], own('http_refusals_total'), 'step') },
  'Slowest routes': { '{{http_route}}': quantile(0.95, ['http_route'], DURATION, isAnswer) },
  'Latency distribution': { '{{le}}': rate(['le'], `${DURATION}_bucket`, isAnswer) },
  'Bytes in and out': {
    received: rate([], 'http_server_request_body_size_bytes_sum'),
    sent: rate([], 'http_server_response_body_size_bytes_sum'),
  },
  'Outgoing requests': {
    '{{server_address}}': rate(['server_address'], 'http_client_request_duration_seconds_count'),
  },
  'Event-loop delay': {
    p50: highest([], 'nodejs_eventloop_delay_p50_seconds'),
    p99: highest([], 'nodejs_eventloop_delay_p99_seconds'),
    longest: highest([], 'nodejs_eventloop_delay_max_seconds'),
  },
  'Event-loop utilisation': { '{{job}} {{instance}}': each('nodejs_eventloop_utilization_ratio') },
  CPU: {
    '{{job}} {{instance}} {{cpu_mode}}': rate([...PROCESS, 'cpu_mode'], 'process_cpu_time_seconds_total'),
  },
  Memory: {
    '{{job}} {{instance}}': each('process_memory_usage_bytes'),
    '{{job}}: three quarters of the limit': made(
      lowest(['job'], 'process_memory_limit_bytes'),
      (limit) => (limit * 3) / 4,
    ),
  },
  'Heap by space': {
    '{{v8js_heap_space_name}}': together(['v8js_heap_space_name'], 'v8js_memory_heap_used_bytes'),
  },
  'Garbage collection': { '{{v8js_gc_type}}': highestRate(['v8js_gc_type'], 'v8js_gc_duration_seconds_sum') },
  'Open resources': { '{{v8js_resource_type}}': together(['v8js_resource_type'], 'v8js_resource_active') },
  Uptime: {
    '{{job}} {{instance}}': since(each('process_start_time_seconds')),
  },
  'CPU of child processes': {
    '{{kind}} {{mode}}': rate(['kind', 'mode'], own('child_process_cpu_time_seconds_total')),
  },
  'Peak memory of child processes': {
    '{{kind}}': quantile(0.95, ['kind'], own('child_process_memory_peak_bytes')),
  },
  'Database connections': {
    '{{db_client_connection_state}}': together(['db_client_connection_state'], 'db_client_connection_count'),
    allowed: together([], 'db_client_connection_limit'),
    'waiting, {{db_client_connection_pool_name}}': together(
      ['db_client_connection_pool_name'],
      'db_client_connection_pending_requests',
    ),
  },
  'Database operations': {
    '{{db_operation_name}}': quantile(0.95, ['db_operation_name'], 'db_client_operation_duration_seconds'),
  },
  'Scrapes without the database’s figures': {
    '{{job}} {{instance}}': events(PROCESS, own('metrics_database_read_failures_total'), 'step'),
  },
  'Scrape duration': { '{{job}} {{instance}}': each('scrape_duration_seconds') },
  'Samples scraped': { '{{job}} {{instance}}': each('scrape_samples_scraped') },
  'Metric callbacks that failed': {
    '{{job}} {{instance}}': events(PROCESS, own('metrics_callback_failures_total'), 'step'),
  },
  'Spans and log records sent': {
    spans: rate([], 'otel_sdk_processor_span_processed_total', isSent),
    logs: rate([], 'otel_sdk_processor_log_processed_total', isSent),
  },
  'Spans and log records lost': {
    'spans: {{error_type}}': events(
      ['error_type'],
      'otel_sdk_processor_span_processed_total',
      'step',
      isLost,
    ),
    'logs: {{error_type}}': events(['error_type'], 'otel_sdk_processor_log_processed_total', 'step', isLost),
  },
  'Pushes of metrics that failed': {
    '{{job}} {{instance}}': events(PROCESS, own('metrics_push_failures_total'), 'step'),
  },
  'Availability: error budget left': { left: budgetLeft('availability') },
  'Latency: error budget left': { left: budgetLeft('latency') },
  'Availability over 30 days': { good: reached('availability') },
  'Latency over 30 days': { good: reached('latency') },
  'Availability: burn rate': burnRates('availability'),
  'Latency: burn rate': burnRates('latency'),
  'Bad requests': { '{{slo}}': recorded('slo:bad_requests:ratio_rate5m') },
  'Errors by process': { '{{job}}': recorded('job:http_server_errors:ratio_rate5m') },
  'p95 by route': {
    '{{http_route}}': (view) =>
      recorded('job_route:http_server_request_duration_seconds:p95_5m')(view)
        .toSorted((a, b) => b.value - a.value)
        .slice(0, 10),
  },
  Alerts: {
    '{{alertname}}': (view) =>
      fold(anybodys(view, 'ALERTS', all(isFiring, anySeverity)), ['alertname'], (...alerts) => alerts.length),
  },
  // At the moment of each start, in milliseconds, which version came up.
  annotation: {
    'Process starts': (view) =>
      seriesIn(view, 'process_start_time_seconds').map(({ labels, value }) => {
        const same = (other: Labels) => PROCESS.every((label) => other[label] === labels[label]);
        const [info] = seriesIn(view, 'target_info', same);
        return {
          labels: only({ ...info?.labels, ...labels }, [...PROCESS, 'service_version']),
          value: 1000 * value,
        };
      }),
  },
  variable: {
    job: (view) => offered('job', 'up')({ ...view, chosen: {} }),
    instance: offered('instance', 'up'),
    route: offered('route', `${DURATION}_count`, 'http_route'),
    prefix: () => [{ labels: { __name__: own('dataset_uploads_total') }, value: 1 }],
  },
};
