import { createReadStream } from 'node:fs';
import {
  access,
  constants,
  type FileHandle,
  mkdir,
  open,
  rename,
  rm,
  statfs,
  unlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { shared } from '../../shared.ts';
import { FileWriter } from './file-writer.ts';
import { ObjectNotFound, type Storage, StorageError } from './storage.ts';

const KEY = /^[a-z0-9][a-z0-9.-]*(\/[a-z0-9][a-z0-9.-]*)*$/;
const PART = '.part';

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code;
const isFileSystemFault = (error: unknown) =>
  (error as NodeJS.ErrnoException | undefined)?.syscall !== undefined;

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'wx');
  }
}

/** Nothing reads a half-written file, and whoever removes its key removes it too: it may stay if it must. */
const discard = (part: string) => rm(part, { force: true }).catch(() => {});

/** A file system that does not answer holds up one look alone. */
const looking = <T>(look: () => Promise<T>): (() => Promise<T>) =>
  shared(() =>
    look().catch((error) => {
      throw error instanceof StorageError ? error : new StorageError({ cause: error });
    }),
  );

/**
 * Files under one folder: written beside their place, flushed, renamed, and the folder flushed.
 *
 * @param reserveBytes with less than this free, the storage is as good as full
 */
export async function openLocalStorage(root: string, reserveBytes = 0): Promise<Storage> {
  await mkdir(root, { recursive: true });
  const pathOf = (key: string) => {
    if (!KEY.test(key)) throw new Error('bad storage key');
    return join(root, key);
  };

  const measure = looking(async () => {
    const { bavail, blocks, bsize } = await statfs(root);
    return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
  });
  const check = looking(async () => {
    const [{ freeBytes }] = await Promise.all([measure(), access(root, constants.W_OK | constants.X_OK)]);
    if (freeBytes < reserveBytes)
      throw Object.assign(new Error(`${freeBytes} bytes are free, the reserve is ${reserveBytes}`), {
        code: 'ENOSPC',
      });
  });

  return {
    async write(key, source, signal, onArriving) {
      const path = pathOf(key);
      const part = path + PART;
      let sourceFault: unknown;
      async function* watched() {
        try {
          yield* source;
        } catch (error) {
          sourceFault = error;
          throw error;
        }
      }
      try {
        // Opened before anything can fail: a stream that opens by itself may do so after its end, when the file that it
        // makes has just been discarded.
        const handle = await openNew(part);
        onArriving?.({ part, path });
        await pipeline(watched, new FileWriter(handle), { ...(signal && { signal }) });
        await rename(part, path);
        await syncFolder(dirname(path));
      } catch (error) {
        await discard(part);
        // A fault of the source is the caller's own error and passes through as it is, whatever kind it is of.
        throw error !== sourceFault && isFileSystemFault(error) ? new StorageError({ cause: error }) : error;
      }
    },

    async read(key, range): Promise<Readable> {
      const path = pathOf(key);
      try {
        const handle = await open(path, 'r');
        return createReadStream('', { fd: handle, ...range });
      } catch (error) {
        throw codeOf(error) === 'ENOENT'
          ? new ObjectNotFound({ cause: error })
          : new StorageError({ cause: error });
      }
    },

    async remove(key) {
      const path = pathOf(key);
      try {
        await rm(path + PART, { force: true });
        await unlink(path);
        return true;
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return false;
        throw new StorageError({ cause: error });
      }
    },

    async withLocalFile(key, use) {
      const path = pathOf(key);
      try {
        await access(path, constants.R_OK);
      } catch (error) {
        throw codeOf(error) === 'ENOENT'
          ? new ObjectNotFound({ cause: error })
          : new StorageError({ cause: error });
      }
      return use(path);
    },

    check,

    async space() {
      const { freeBytes, sizeBytes } = await measure();
      return { availableBytes: Math.max(freeBytes - reserveBytes, 0), sizeBytes };
    },
  };
}
