import { isOutOfSpace } from '../../adapters/out-of-space.ts';
import { ChildError } from '../../adapters/process/child-error.ts';
import { ObjectNotFound, StorageError } from '../../adapters/storage/storage.ts';
import { AppError } from '../../errors.ts';
import type { RetryReason, TrainingErrorType } from '../../vocabulary/runs.ts';

/** Why an attempt did not succeed: what the client is told, how it is counted, and whether to try again. */
export interface Failure {
  readonly type: TrainingErrorType;
  readonly message: string;
  /** Set where another attempt may go better. */
  readonly retry?: RetryReason;
}

export const WORKER_LOST: Failure = {
  type: 'worker_lost',
  message: 'The worker that trained this run was lost, several times.',
  retry: 'worker_lost',
};

interface Limits {
  readonly timeoutSeconds: number;
  readonly memoryLimitMb: number;
}

/** Names what went wrong in an attempt; anything unforeseen is `_OTHER` and its message stays in the log. */
export function failureOf(error: unknown, limits: Limits): Failure {
  if (error instanceof AppError && error.code === 'not_found')
    return { type: 'dataset_missing', message: 'The dataset is no longer there.' };
  if (error instanceof AppError) return { type: 'dataset_unreadable', message: error.message };
  if (error instanceof ObjectNotFound)
    return { type: 'dataset_missing', message: 'The dataset is no longer there.' };
  if (error instanceof StorageError || isOutOfSpace(error))
    return { type: 'storage', message: 'The storage did not answer as it should.', retry: 'storage' };
  if (error instanceof ChildError) return childFailure(error, limits);
  return UNEXPECTED;
}

const UNEXPECTED: Failure = {
  type: '_OTHER',
  message: 'Training failed for an unexpected reason.',
  retry: '_OTHER',
};

function childFailure({ failure }: ChildError, limits: Limits): Failure {
  switch (failure) {
    case 'timeout':
      return {
        type: 'timeout',
        message: `Training took longer than the limit of ${limits.timeoutSeconds} seconds.`,
      };
    case 'out_of_memory':
      return {
        type: 'out_of_memory',
        message: `Training needed more than its ${limits.memoryLimitMb} MB of memory.`,
      };
    case 'crashed':
    case 'killed':
    // Memory that others held may be free again by the next attempt.
    case 'killed_for_memory':
      return {
        type: 'trainer_crashed',
        message: 'The training process ended unexpectedly.',
        retry: 'trainer_crashed',
      };
    default:
      return UNEXPECTED;
  }
}
