import { AppError } from '../../errors.ts';
import type { ChildError } from './child-error.ts';

/**
 * What a client is told when a child process reached its limit of time or memory, or was killed from outside, which
 * is nobody's fault who asked for it; undefined: it was something else.
 *
 * @param work what the child was at, as the sentence begins
 */
export function childProblem(error: ChildError, work: string): AppError | undefined {
  switch (error.failure) {
    case 'timeout':
      return new AppError('too_large', `${work} takes longer than is allowed.`, { cause: error });
    case 'out_of_memory':
    case 'killed_for_memory':
      return new AppError('too_large', `${work} takes more memory than is allowed.`, { cause: error });
    case 'killed':
      return new AppError('unavailable', `${work} was broken off; try again later.`, { cause: error });
    default:
      return undefined;
  }
}
