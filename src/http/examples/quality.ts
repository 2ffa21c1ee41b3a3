import type { z } from '@hono/zod-openapi';
import type { Summary, Trends } from '../schemas.ts';
import { ARTIFACT_ID, DATASET_ID, RUN_ID } from './ids.ts';

export const trends: z.infer<typeof Trends> = {
  trends: [
    {
      run_id: RUN_ID,
      artifact_id: ARTIFACT_ID,
      dataset_id: DATASET_ID,
      mode: 'light',
      task: 'classification',
      target: 'churned',
      finished_at: '2026-11-26T03:28:07.142Z',
      accuracy: 1,
      precision: 1,
      recall: 1,
      f1: 1,
      r2: null,
      mse: null,
      mae: null,
    },
  ],
};

export const summary: z.infer<typeof Summary> = {
  aggregates: {
    count: 1,
    classification_count: 1,
    regression_count: 0,
    avg_accuracy: 1,
    best_accuracy: 1,
    avg_precision: 1,
    best_precision: 1,
    avg_recall: 1,
    best_recall: 1,
    avg_f1: 1,
    best_f1: 1,
    avg_r2: null,
    best_r2: null,
    avg_mse: null,
    best_mse: null,
    avg_mae: null,
    best_mae: null,
  },
  groups: [
    {
      dataset_id: DATASET_ID,
      target: 'churned',
      task: 'classification',
      count: 1,
      latest_run_id: RUN_ID,
      latest_finished_at: '2026-11-26T03:28:07.142Z',
      scores: (['accuracy', 'precision', 'recall', 'f1'] as const).map((name) => ({
        name,
        better: 'higher' as const,
        avg: 1,
        best: 1,
        best_run_id: RUN_ID,
        latest: 1,
      })),
    },
  ],
  ...trends,
};
