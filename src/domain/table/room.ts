import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A folder of its own for a child process, removed by whoever started it: one that was killed would leave it behind.
 * @param scratch the folder to make it in, made when it is not there
 */
export async function makeRoom(scratch: string): Promise<AsyncDisposable & { readonly path: string }> {
  await mkdir(scratch, { recursive: true });
  const path = await mkdtemp(join(scratch, 'table-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
