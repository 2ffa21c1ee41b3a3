/** PostgreSQL's `disk_full`. */
const SQLSTATE_DISK_FULL = '53100';
const CODES = new Set(['ENOSPC', 'EDQUOT', SQLSTATE_DISK_FULL]);
/** Child processes and DuckDB tell it in words alone. */
const WORDS = /no space left on device|disk quota exceeded/i;

/** Whether something failed because a disk, or the share of it we may use, is full: here, or at the database's. */
export function isOutOfSpace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return CODES.has(code ?? '') || WORDS.test(error.message) || isOutOfSpace(error.cause);
}
