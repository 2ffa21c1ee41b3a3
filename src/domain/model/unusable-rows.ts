import { TabularError } from '#tabular';
import { AppError } from '../../errors.ts';

/** Rows that a model can't score, told to the client as such; any other error as it is. */
export function asUnusableData(error: unknown): unknown {
  return error instanceof TabularError
    ? new AppError('unusable_data', error.message, { cause: error })
    : error;
}
