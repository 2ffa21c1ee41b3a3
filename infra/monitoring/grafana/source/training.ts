import { UIDS } from './boards.ts';
import type { DashboardSpec, Section } from './build.ts';
import { countBy, eventsIn, meanBy, own, ownHistogram, quantileBy, quantiles } from './queries.ts';
import {
  durations,
  failuresByCause,
  inputDrift,
  predictionLatency,
  queueDepth,
  rowsPredicted,
  runsByOutcome,
  runsInTraining,
} from './shared.ts';

const SUCCEEDED = 'outcome="success"';
const TRAINING = ownHistogram('training_duration_seconds');
const SETTLED = 'outcome=~"success|failure"';

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
          expr: `sum(${eventsIn('$__range', 'training_runs', SUCCEEDED)}) / (sum(${eventsIn('$__range', 'training_runs', SETTLED)}) > 0)`,
          legend: 'success',
        },
      ],
      thresholds: [
        { value: 0, color: 'red' },
        { value: 0.5, color: 'orange' },
        { value: 0.8, color: 'yellow' },
        { value: 0.95, color: 'green' },
      ],
      noValue: 'none seen',
    },
    {
      kind: 'stat',
      title: 'Runs in the chosen time',
      description: 'Runs by what became of them.',
      width: 10,
      unit: 'short',
      decimals: 0,
      queries: [
        { expr: `sum by (outcome) (${eventsIn('$__range', 'training_runs')})`, legend: '{{outcome}}' },
      ],
      colors: { success: 'green', started: 'blue' },
      thresholdsOf: {
        failure: [{ value: 1, color: 'red' }],
        cancelled: [{ value: 1, color: 'yellow' }],
      },
      noValue: 'none seen',
    },
    {
      kind: 'stat',
      title: 'Last success by mode',
      description: 'Time since a run of each mode last succeeded.',
      width: 8,
      unit: 's',
      queries: [
        {
          expr: `time() - max by (mode) (${own('training_last_success_timestamp_seconds')})`,
          legend: '{{mode}}',
        },
      ],
      never: { text: 'never', color: 'text' },
      noValue: 'unknown',
      links: [{ runbook: 'TrainingWithoutSuccess' }],
    },
    runsByOutcome,
    failuresByCause,
    {
      kind: 'timeseries',
      title: 'Successful runs by task',
      description: 'Models trained per step, by kind of task.',
      width: 8,
      unit: 'short',
      style: 'bars',
      queries: [countBy('task', 'training_runs', SUCCEEDED)],
    },
  ],
};

const time: Section = {
  title: 'How long do they take?',
  panels: [
    {
      kind: 'timeseries',
      title: 'Training duration by mode',
      description:
        'From the start of a successful run to its stored model: the p95, and the mean. The mean is exact; where histograms are classic, the p95 of few runs may be as far off as their bucket is wide (120 to 300 s).',
      noValue: 'no successful runs seen',
      width: 8,
      unit: 's',
      step: '2m',
      queries: [
        { ...quantileBy(0.95, 'mode', TRAINING), legend: '{{mode}} p95' },
        { expr: meanBy('mode', TRAINING), legend: '{{mode}} mean' },
      ],
    },
    durations,
    runsInTraining,
  ],
};

const queue: Section = {
  title: 'Do they wait?',
  panels: [
    { ...queueDepth, title: 'Queue' },
    {
      kind: 'timeseries',
      title: 'Wait before the first attempt',
      description: 'How long runs waited until a worker took them.',
      noValue: 'no attempts seen',
      width: 8,
      unit: 's',
      step: '2m',
      queries: quantiles(ownHistogram('training_queue_wait_seconds'), 0.5, 0.95),
    },
    {
      kind: 'timeseries',
      title: 'Retries by reason',
      description: 'Attempts made again, per step, by what ended the one before.',
      width: 8,
      unit: 'short',
      style: 'bars',
      tone: 'orange',
      links: [{ runbook: 'TrainingRetriesStorm' }],
      queries: [countBy('reason', 'training_retries')],
    },
  ],
};

const use: Section = {
  title: 'Are the models used, and are they good?',
  panels: [
    rowsPredicted,
    predictionLatency,
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
        '- which version of a name stands where, and who moved it: `GET /api/ml/v1/models/{name}/history`',
        '- how far a model’s inputs have drifted, by column: `GET /api/ml/v1/artifacts/{id}/drift`',
        '- how good it is on outcomes that were sent back: `GET /api/ml/v1/artifacts/{id}/quality`',
      ].join('\n'),
    },
    { ...inputDrift, width: 16 },
    {
      kind: 'timeseries',
      title: 'Models in use by drift',
      description:
        'Models called within the last hour, by how far their inputs have drifted: the most that one process counts. Unknown: fewer than 500 rows so far, or a model made before its training data was described.',
      width: 8,
      unit: 'none',
      decimals: 0,
      style: 'area',
      colors: { stable: 'green', moderate: 'yellow', significant: 'orange', unknown: 'blue' },
      queries: [{ expr: `max by (drift) (${own('models_in_use')})`, legend: '{{drift}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Live errors against training',
      description:
        'What predictions of which somebody told the outcome were off by, over what they would have been if their models were as good as in training: 100 % is as promised; at 200 % twice as many classes are wrong, or numbers are twice as far off.',
      noValue: 'no outcomes seen',
      width: 8,
      unit: 'percentunit',
      step: '1m',
      queries: [
        {
          expr: `sum by (task) (${eventsIn('$__interval', 'feedback_error')}) / (sum by (task) (${eventsIn('$__interval', 'feedback_expected_error')}) > 0)`,
          legend: '{{task}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Predictions judged',
      description: 'Predictions whose outcome became known, per step.',
      width: 8,
      unit: 'short',
      style: 'bars',
      queries: [countBy('task', 'feedback_predictions')],
    },
    {
      kind: 'timeseries',
      title: 'Outcomes sent back',
      description:
        'By what became of them, per step. Replaced: there was one before. Unknown: nothing is kept under the key. Unusable: the model could not have predicted that.',
      width: 8,
      unit: 'short',
      style: 'bars',
      colors: { accepted: 'green', unknown: 'orange', unusable: 'red' },
      queries: [countBy('receipt', 'feedback_outcomes')],
    },
    {
      kind: 'timeseries',
      title: 'Changes of what stands under names',
      description:
        'Versions registered and removed, aliases assigned, promoted to a later version, rolled back to an earlier one and removed, per step.',
      width: 16,
      unit: 'short',
      style: 'bars',
      colors: {
        version_registered: 'blue',
        version_removed: 'light-blue',
        model_removed: 'purple',
        alias_assigned: 'light-green',
        alias_promoted: 'green',
        alias_rolled_back: 'orange',
        alias_removed: 'light-purple',
      },
      queries: [countBy('change', 'model_changes')],
    },
    {
      kind: 'stat',
      title: 'Rollbacks in the chosen time',
      description: 'Aliases that were moved back to an earlier version.',
      width: 8,
      height: 8,
      unit: 'short',
      decimals: 0,
      queries: [
        {
          expr: `sum(${eventsIn('$__range', 'model_changes', 'change="alias_rolled_back"')})`,
          legend: 'rollbacks',
        },
      ],
      thresholds: [{ value: 1, color: 'orange' }],
      noValue: 'unknown',
    },
  ],
};

export const training: DashboardSpec = {
  uid: UIDS.training,
  title: 'Training & model quality',
  description: 'Whether training runs succeed, how long they take and wait, and how their models are used.',
  from: 'now-6h',
  variables: 'scrape',
  sections: [success, time, queue, use],
};
