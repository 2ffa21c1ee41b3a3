import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { storageRoot } from './storage-root.ts';

/**
 * A STORAGE_ROOT that a service was stopped in before anything was stored; removed when disposed. A start there need
 * not make the embedded database, which takes longer than all the rest of it.
 */
export async function usedRoot(): ReturnType<typeof storageRoot> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await storageRoot());
  await promisify(execFile)('cp', ['-a', join(inject('usedRoot'), '.'), path]);
  const owned = stack.move();
  return { path, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
