import type { z } from '@hono/zod-openapi';
import type { TraceNode, TrainingRequest, TrainingRun, TrainingRunPage } from '../schemas.ts';
import { notAnnotated } from './annotations.ts';
import { ARTIFACT_ID, DATASET_ID, RUN_ID } from './ids.ts';

/** What lists show of a model's quality. */
export const metricsInShort = {
  task: 'classification',
  accuracy: 1,
  precision: 1,
  recall: 1,
  f1: 1,
  roc_auc: 1,
  log_loss: 0.21011291562999154,
  baseline: {
    strategy: 'majority_class',
    accuracy: 0.6666666666666666,
    precision: 0.3333333333333333,
    recall: 0.5,
    f1: 0.4,
    roc_auc: 0.5,
    log_loss: 0.6431381930121464,
  },
  n_samples: 24,
  n_features: 3,
  n_train: 18,
  n_test: 6,
  n_dropped: 0,
  measured_on: 'held_out_rows',
  split: { kind: 'random', test_fraction: 0.25 },
  refitted_on: 'all_rows',
  algorithm: {
    name: 'linear',
    linear: { l2: 1 },
    boosted_trees: null,
    weight_of_trees: 0,
    class_weight: 'none',
  },
};

const certain = { mean: 1, std: 0, values: [1, 1, 1, 1, 1] };

export const metrics = {
  ...metricsInShort,
  cross_validation: {
    folds: 5,
    repeats: 1,
    rows: 24,
    used_for_selection: false,
    accuracy: certain,
    precision: certain,
    recall: certain,
    f1: certain,
    roc_auc: certain,
    log_loss: {
      mean: 0.15642682952228365,
      std: 0.07326817059117302,
      values: [
        0.07630842882236297, 0.20574097525428908, 0.2544757126667908, 0.067506335022213, 0.17810269584576238,
      ],
    },
  },
  confusion_matrix: [
    [4, 0],
    [0, 2],
  ],
  classes: ['no', 'yes'],
  search: null,
  excluded: [],
  feature_importances: [
    { feature: 'support_calls', importance: 0.3196004069387267, importance_std: 0.05382776663592279 },
    { feature: 'tenure_months', importance: 0.18169147784325196, importance_std: 0.16280292608036825 },
    { feature: 'plan', importance: 0.004554173287767682, importance_std: 0.0022632114283168705 },
  ],
};

export const trainingRequest: z.infer<typeof TrainingRequest> = {
  dataset_id: DATASET_ID,
  mode: 'light',
  target: 'churned',
  seed: 42,
};

export const queuedRun: z.infer<typeof TrainingRun> = {
  id: RUN_ID,
  dataset_id: DATASET_ID,
  mode: 'light',
  task: 'classification',
  target: 'churned',
  seed: 42,
  params: {},
  status: 'queued',
  attempt: 0,
  progress: 0,
  progress_details: null,
  queued_at: '2026-11-26T03:28:06.623Z',
  started_at: null,
  finished_at: null,
  duration_seconds: null,
  metrics: null,
  warnings: [],
  ...notAnnotated,
  artifact_id: null,
  artifact_removed_at: null,
  artifact_removed_by: null,
  error: null,
  error_type: null,
  trace_id: 'dfd38424f41455ae2dbb7836cc341e00',
};

const runningRun = {
  ...queuedRun,
  status: 'running',
  attempt: 1,
  started_at: '2026-11-26T03:28:06.645Z',
} satisfies z.infer<typeof TrainingRun>;

export const succeededRun: z.infer<typeof TrainingRun> = {
  ...runningRun,
  status: 'succeeded',
  progress: 1,
  finished_at: '2026-11-26T03:28:07.142Z',
  duration_seconds: 0.497,
  metrics,
  warnings: [
    {
      code: 'few_rows_per_class',
      column: 'churned',
      message: 'Class "yes" has only 9 rows: too few to learn from, and to say how well it was learned.',
    },
    {
      code: 'no_better_than_baseline',
      message:
        'On rows that it did not see, the model is no better, beyond what chance may do, than always predicting the most frequent class: the columns say little or nothing of the target.',
    },
  ],
  artifact_id: ARTIFACT_ID,
};

export const cancelledRun: z.infer<typeof TrainingRun> = {
  ...queuedRun,
  status: 'cancelled',
  finished_at: '2026-11-26T03:28:06.702Z',
};

export const runPage: z.infer<typeof TrainingRunPage> = {
  items: [{ ...succeededRun, metrics: metricsInShort }],
  next_cursor: null,
};

const events = [
  ['progress', { id: RUN_ID, status: 'running', progress: 0 }],
  ['status', runningRun],
  ['progress', { id: RUN_ID, status: 'succeeded', progress: 1 }],
  ['status', succeededRun],
] as const;
export const runEvents = events
  .map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  .join('');

const piece = (name: string, from: string, to: string, seconds: number): z.infer<typeof TraceNode> => ({
  name,
  started_at: `2026-11-26T03:28:${from}Z`,
  ended_at: `2026-11-26T03:28:${to}Z`,
  duration_seconds: seconds,
  error_type: null,
  attributes: {},
  children: [],
});

export const runTrace: z.infer<typeof TraceNode> = {
  ...piece('training run', '06.623', '07.142', 0.519),
  attributes: { run_id: RUN_ID, mode: 'light', task: 'classification', status: 'succeeded' },
  children: [
    piece('waiting', '06.623', '06.645', 0.022),
    {
      ...piece('attempt', '06.645', '07.142', 0.497),
      attributes: { attempt: 1, outcome: 'success' },
      children: [
        piece('read', '06.669', '07.100', 0.431),
        piece('prepare', '07.100', '07.103', 0.003),
        piece('fit', '07.103', '07.110', 0.007),
        piece('evaluate', '07.110', '07.112', 0.002),
        piece('refit', '07.112', '07.114', 0.002),
        piece('export', '07.114', '07.133', 0.019),
        piece('store model', '07.134', '07.142', 0.008),
      ],
    },
  ],
};
