import type { ChildError } from '../../adapters/process/child-error.ts';
import { AppError } from '../../errors.ts';
import type { FileType } from '../../vocabulary/tables.ts';

/**
 * What a file did to the process that read it; undefined: it was not the file. Only native code can end a process without
 * a word, and only Parquet feeds it bytes nobody checked before.
 */
export const damagedFile = (error: ChildError, { format }: FileType): AppError | undefined =>
  error.failure === 'crashed' && format === 'parquet'
    ? new AppError('bad_format', 'The file is damaged.', { cause: error })
    : undefined;
