import type { z } from '@hono/zod-openapi';
import type { Feedback, FeedbackRequest, LiveQuality } from '../schemas.ts';
import { ARTIFACT_ID, PREDICTION_ID } from './ids.ts';
import { metricsInShort } from './training.ts';

export const feedbackRequest: z.infer<typeof FeedbackRequest> = {
  outcomes: [
    { prediction_id: PREDICTION_ID, actual: 'yes' },
    { key: 'customer 18', actual: 'no' },
  ],
};

export const feedback: z.infer<typeof Feedback> = {
  accepted: 1,
  replaced: 0,
  unknown: { count: 1, keys: ['customer 18'] },
  unusable: { count: 0, keys: [] },
};

export const liveQuality: z.infer<typeof LiveQuality> = {
  artifact_id: ARTIFACT_ID,
  task: 'classification',
  window: '30d',
  predictions: 2,
  outcomes: 1,
  live: { accuracy: 1, roc_auc: null, log_loss: 0.0473863 },
  training: {
    accuracy: metricsInShort.accuracy,
    roc_auc: metricsInShort.roc_auc,
    log_loss: metricsInShort.log_loss,
  },
};
