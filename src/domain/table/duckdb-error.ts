import { AppError } from '../../errors.ts';

const DAMAGED = /^(Invalid Input|Invalid|Conversion|IO|Serialization|Not implemented|INTERNAL) Error/;
/** An input or output error that says nothing about the file's content. */
const MACHINE =
  /^IO Error: .*(No space left|Cannot open|Could not (open|write)|No files found|Permission denied)/i;

/**
 * What a client is told when DuckDB refuses a file. Its own words name paths and hold up to 10 kB of the user's
 * data, so none of them are passed on; they stay in `cause`. Errors that are not the file's are returned as they are.
 */
export function duckdbError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const { message } = error;
  if (message.includes('has duplicate key'))
    return new AppError('bad_format', 'An object holds the same name twice.', { cause: error });
  if (message.startsWith('Out of Memory Error'))
    return new AppError('too_large', 'Reading the table takes more memory than is allowed.', {
      cause: error,
    });
  if (DAMAGED.test(message) && !MACHINE.test(message))
    return new AppError('bad_format', 'The file is damaged or uses a feature that cannot be read.', {
      cause: error,
    });
  return error;
}
