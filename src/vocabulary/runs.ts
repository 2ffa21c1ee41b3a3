export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** What is counted of a run; `started` once, then one of the others. */
export const RUN_OUTCOMES = ['started', 'success', 'failure', 'cancelled'] as const;

/** Why a run ended in failure. */
export const TRAINING_ERROR_TYPES = [
  'bad_target',
  'too_few_rows',
  'single_class',
  'no_features',
  'bad_params',
  'dataset_missing',
  'dataset_unreadable',
  'timeout',
  'out_of_memory',
  'trainer_crashed',
  'worker_lost',
  'storage',
  '_OTHER',
] as const;
export type TrainingErrorType = (typeof TRAINING_ERROR_TYPES)[number];

/** What became of an attempt; of one whose worker was lost nobody says so. */
export type AttemptOutcome = 'success' | 'failure' | 'retry' | 'cancelled' | 'handed_back';

/** Why an attempt is made again. */
export const RETRY_REASONS = ['worker_lost', 'trainer_crashed', 'storage', '_OTHER'] as const;
export type RetryReason = (typeof RETRY_REASONS)[number];

/** What a run that has not ended is doing. */
export const QUEUE_STATES = ['queued', 'running', 'retrying'] as const;
export type QueueState = (typeof QUEUE_STATES)[number];
