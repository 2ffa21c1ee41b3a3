import { AppError } from '../../errors.ts';
import type { ChildError } from './child.ts';

/**
 * What a client is told when a child process ended at its limit of time or memory; undefined: it was something else.
 *
 * @param work what the child was at, as the sentence begins
 */
export function limitError(error: ChildError, work: string): AppError | undefined {
  switch (error.failure) {
    case 'timeout':
      return new AppError('too_large', `${work} takes longer than is allowed.`, { cause: error });
    case 'out_of_memory':
    case 'killed':
      return new AppError('too_large', `${work} takes more memory than is allowed.`, { cause: error });
    default:
      return undefined;
  }
}
