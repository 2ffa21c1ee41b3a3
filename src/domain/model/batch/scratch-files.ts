import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A file without a name is gone with its last user, however that one ends. */
export async function openNameless(folder: string): Promise<FileHandle> {
  const path = join(folder, `batch-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  return file;
}

/** @returns the path */
export async function writeWhole(path: string, content: AsyncIterable<Uint8Array>): Promise<string> {
  await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  return path;
}

export async function* linesOf(path: string): AsyncGenerator<string> {
  await using file = await open(path);
  yield* file.readLines();
}
