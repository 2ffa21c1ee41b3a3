import type { DashboardSpec, Section } from './build.ts';
import { bucketCounts, countBy, quantileBy, quantiles, scoped } from './queries.ts';

const RUNS = 'mlops_backend_training_runs_total';
const ENDED = 'outcome=~"success|failure"';

const success: Section = {
  title: 'Do runs succeed?',
  panels: [
    {
      kind: 'stat',
      title: 'Success ratio',
      description:
        'Successful runs over all that succeeded or failed, in the chosen time range. Cancelled runs do not count.',
      width: 6,
      unit: 'percentunit',
      queries: [
        {
          expr: `sum(increase(${RUNS}${scoped('outcome="success"')}[$__range])) / (sum(increase(${RUNS}${scoped(ENDED)}[$__range])) > 0)`,
          legend: 'success',
        },
      ],
      noValue: 'no runs',
    },
    {
      kind: 'stat',
      title: 'Runs by outcome',
      description: 'Runs in the chosen time range.',
      width: 10,
      unit: 'short',
      decimals: 0,
      queries: [{ expr: `sum by (outcome) (increase(${RUNS}${scoped()}[$__range]))`, legend: '{{outcome}}' }],
    },
    {
      kind: 'stat',
      title: 'Last success by mode',
      description: 'Time since a run of each mode last succeeded.',
      width: 8,
      unit: 's',
      queries: [
        {
          expr: `time() - (max by (mode) (mlops_backend_training_last_success_timestamp_seconds${scoped()}) > 0)`,
          legend: '{{mode}}',
        },
      ],
      noValue: 'never',
    },
    {
      kind: 'timeseries',
      title: 'Success ratio by mode',
      description: 'Successful runs over all that succeeded or failed. No line where no run ended.',
      width: 8,
      unit: 'percentunit',
      max: 1,
      queries: [
        {
          expr: `sum by (mode) (rate(${RUNS}${scoped('outcome="success"')}[$__rate_interval])) / (sum by (mode) (rate(${RUNS}${scoped(ENDED)}[$__rate_interval])) > 0)`,
          legend: '{{mode}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Failures by cause',
      description:
        'Runs that ended in failure, per step. The runbook tells the request’s own faults from ours.',
      width: 8,
      unit: 'short',
      style: 'bars',
      queries: [countBy('error_type', `mlops_backend_training_failures_total${scoped()}`)],
    },
    {
      kind: 'timeseries',
      title: 'Successful runs by task',
      description: 'Models trained per step, by kind of task.',
      width: 8,
      unit: 'short',
      style: 'bars',
      queries: [countBy('task', `${RUNS}${scoped('outcome="success"')}`)],
    },
  ],
};

const time: Section = {
  title: 'How long do they take?',
  panels: [
    {
      kind: 'timeseries',
      title: 'Training duration by mode',
      description: 'p95 from the start of a successful run to its stored model.',
      width: 8,
      unit: 's',
      queries: [quantileBy(0.95, 'mode', 'mlops_backend_training_duration_seconds')],
    },
    {
      kind: 'heatmap',
      title: 'Training duration, distribution',
      description: 'Successful runs by duration.',
      width: 8,
      unit: 's',
      expr: bucketCounts('mlops_backend_training_duration_seconds'),
    },
    {
      kind: 'timeseries',
      title: 'Training time spent',
      description: 'Seconds of successful training per second, by mode: the workers that are kept busy.',
      width: 8,
      unit: 'short',
      queries: [
        {
          expr: `sum by (mode) (rate(mlops_backend_training_duration_seconds_sum${scoped()}[$__rate_interval]))`,
          legend: '{{mode}}',
        },
      ],
    },
  ],
};

const queue: Section = {
  title: 'Do they wait?',
  panels: [
    {
      kind: 'timeseries',
      title: 'Queue',
      description: 'Runs waiting, in training, and waiting for another attempt.',
      width: 8,
      unit: 'none',
      style: 'area',
      queries: [
        { expr: `max by (state) (mlops_backend_training_queue_depth${scoped()})`, legend: '{{state}}' },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Wait by mode',
      description: 'p95 of the wait before the first attempt.',
      width: 8,
      unit: 's',
      queries: [quantileBy(0.95, 'mode', 'mlops_backend_training_queue_wait_seconds')],
    },
    {
      kind: 'timeseries',
      title: 'Retries',
      description: 'Attempts made again, per step, by what ended the one before.',
      width: 8,
      unit: 'short',
      style: 'bars',
      queries: [countBy('reason', `mlops_backend_training_retries_total${scoped()}`)],
    },
  ],
};

const use: Section = {
  title: 'Are the models used, and are they good?',
  panels: [
    {
      kind: 'timeseries',
      title: 'Rows predicted',
      description: 'Rows per second, by task.',
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
      queries: quantiles('mlops_backend_prediction_duration_seconds', [], [0.5, 0.95, 0.99]),
    },
    {
      kind: 'text',
      title: 'Quality of single models',
      description: 'Where accuracy, F1, R² and the others are found.',
      width: 8,
      height: 8,
      markdown: [
        'A model’s quality belongs to the model, not to a time series: it is measured once, on rows the model has not seen, and kept with its run.',
        '',
        '- the newest runs with their quality: `GET /api/ml/v1/metrics/trends?mode=heavy&limit=50`',
        '- averages and best values: `GET /api/ml/v1/metrics/summary`',
        '- one run in full: `GET /api/ml/v1/training-runs/{id}`',
        '- how far a model’s inputs have drifted, by column: `GET /api/ml/v1/artifacts/{id}/drift`',
      ].join('\n'),
    },
    {
      kind: 'timeseries',
      title: 'Input drift (PSI)',
      description:
        'Population stability index of the input that has moved furthest from the training data, of all models in use: from 0.1 on moderate, from 0.25 on significant. No line before a model was asked for 500 rows.',
      width: 16,
      unit: 'none',
      limits: [
        { value: 0.1, color: 'yellow' },
        { value: 0.25, color: 'orange' },
      ],
      queries: [
        {
          expr: `max by (mode, task) (mlops_backend_model_input_drift${scoped()})`,
          legend: '{{mode}} {{task}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Models in use by drift',
      description:
        'Models called within the last hour, by how far their inputs have drifted: the most that one process counts. Unknown: fewer than 500 rows so far, or a model made before its training data was described.',
      width: 8,
      unit: 'none',
      style: 'area',
      queries: [{ expr: `max by (drift) (mlops_backend_models_in_use${scoped()})`, legend: '{{drift}}' }],
    },
  ],
};

export const training: DashboardSpec = {
  uid: 'mlops-backend-training',
  title: 'Training & model quality',
  description: 'Whether training runs succeed, how long they take and wait, and how their models are used.',
  from: 'now-6h',
  variables: 'scrape',
  sections: [success, time, queue, use],
};
