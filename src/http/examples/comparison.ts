import type { z } from '@hono/zod-openapi';
import type { Comparison } from '../comparison.ts';
import { ARTIFACT_ID, DATASET_ID, RUN_ID } from './ids.ts';
import { metrics, succeededRun } from './training.ts';

const better = (name: 'accuracy' | 'precision' | 'recall' | 'f1' | 'roc_auc' | 'log_loss') => ({
  name,
  better: name === 'log_loss' ? ('lower' as const) : ('higher' as const),
  values: [metrics[name]],
  best: [RUN_ID],
});

export const comparison: z.infer<typeof Comparison> = {
  dataset_id: DATASET_ID,
  target: 'churned',
  task: 'classification',
  runs: [
    {
      id: RUN_ID,
      status: 'succeeded',
      artifact_id: ARTIFACT_ID,
      queued_at: succeededRun.queued_at,
      duration_seconds: succeededRun.duration_seconds,
      warnings: succeededRun.warnings,
      error: null,
      tags: {},
      note: null,
    },
  ],
  measured_on_same_rows: true,
  params: [
    { name: 'mode', differs: false, values: ['light'] },
    { name: 'seed', differs: false, values: [42] },
  ],
  metrics: [
    better('accuracy'),
    better('precision'),
    better('recall'),
    better('f1'),
    better('roc_auc'),
    better('log_loss'),
  ],
  importances: metrics.feature_importances.map(({ feature, importance }) => ({
    feature,
    values: [importance],
  })),
};
