import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ObjectNotFound, type Storage } from '../../../src/adapters/storage/storage.ts';

export interface StorageUnderTest extends AsyncDisposable {
  readonly storage: Storage;
  /** Everything that is stored, finished or not. */
  list(): Promise<string[]>;
}

async function* chunks(...parts: (Uint8Array | string)[]) {
  for (const part of parts) yield Buffer.from(part);
}

/** What every storage promises. */
export function storageContract(name: string, open: () => Promise<StorageUnderTest>): void {
  describe(`${name} storage`, () => {
    let opened: StorageUnderTest;
    let storage: Storage;
    beforeEach(async () => {
      opened = await open();
      storage = opened.storage;
    });
    afterEach(() => opened[Symbol.asyncDispose]());

    const readAll = async (key: string, range?: { start: number; end: number }) =>
      buffer(await storage.read(key, range));

    test('gives back the bytes it was given, whatever their size', async () => {
      const bytes = randomBytes(9 * 1024 * 1024 + 1);
      const parts = Array.from({ length: 10 }, (_, i) => bytes.subarray(i * 1024 ** 2, (i + 1) * 1024 ** 2));
      await storage.write('datasets/large', chunks(...parts));
      await storage.write('datasets/empty', chunks());

      const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
      expect(sha(await readAll('datasets/large'))).toBe(sha(bytes));
      expect(await readAll('datasets/empty')).toHaveLength(0);
    });

    test('reads a range with both ends included', async () => {
      await storage.write('a', chunks('0123456789'));
      expect(String(await readAll('a', { start: 0, end: 0 }))).toBe('0');
      expect(String(await readAll('a', { start: 3, end: 6 }))).toBe('3456');
      expect(String(await readAll('a', { start: 9, end: 9 }))).toBe('9');
    });

    test('does not show an object before it is whole', async () => {
      const gate = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      async function* slow() {
        yield Buffer.alloc(2 * 1024 * 1024);
        begun.resolve();
        await gate.promise;
        yield Buffer.from('end');
      }
      const writing = storage.write('slow', slow());
      await begun.promise;
      await expect(storage.read('slow')).rejects.toThrow(ObjectNotFound);
      gate.resolve();
      await writing;
      expect(await readAll('slow')).toHaveLength(2 * 1024 * 1024 + 3);
    });

    test('keeps nothing of a source that fails, and passes its error on', async () => {
      // As a lost connection or an unreadable file would: it must not be taken for a fault of the storage.
      const fault = Object.assign(new Error('the client went away'), { code: 'EIO', syscall: 'read' });
      async function* failing() {
        yield Buffer.alloc(3 * 1024 * 1024);
        throw fault;
      }
      await expect(storage.write('broken', failing())).rejects.toBe(fault);
      expect(await opened.list()).toEqual([]);
    });

    test('keeps nothing of a write that was aborted', async () => {
      const abort = new AbortController();
      async function* endless() {
        for (;;) {
          yield Buffer.alloc(1024 * 1024);
          abort.abort();
        }
      }
      await expect(storage.write('endless', endless(), abort.signal)).rejects.toThrow();
      expect(await opened.list()).toEqual([]);
    });

    test('a write to the same key that fails leaves the object as it was', async () => {
      await storage.write('kept', chunks('first'));
      async function* failing() {
        yield Buffer.from('second');
        throw new Error('no');
      }
      await expect(storage.write('kept', failing())).rejects.toThrow('no');
      expect(String(await readAll('kept'))).toBe('first');
    });

    test('says whether there was something to remove', async () => {
      await storage.write('gone', chunks('x'));
      expect(await storage.remove('gone')).toBe(true);
      expect(await storage.remove('gone')).toBe(false);
      expect(await opened.list()).toEqual([]);
    });

    test('names a missing object as such, however it is asked for', async () => {
      await expect(storage.read('never')).rejects.toThrow(ObjectNotFound);
      await expect(storage.withLocalFile('never', async () => 'used')).rejects.toThrow(ObjectNotFound);
    });

    test('lends an object as a local file and passes the result on', async () => {
      await storage.write('datasets/lent', chunks('a,b\n1,2\n'));
      const text = await storage.withLocalFile('datasets/lent', (path) => readFile(path, 'utf8'));
      expect(text).toBe('a,b\n1,2\n');
    });

    test.each(['../escape', '/etc/passwd', 'a/../b', 'a//b', '', '.hidden', 'UPPER', 'a\\b', 'a\0b', 'a/'])(
      'refuses the key %j',
      async (key) => {
        await expect(storage.write(key, chunks('x'))).rejects.toThrow('bad storage key');
        await expect(storage.read(key)).rejects.toThrow('bad storage key');
        await expect(storage.remove(key)).rejects.toThrow('bad storage key');
        await expect(storage.withLocalFile(key, async () => 'used')).rejects.toThrow('bad storage key');
        expect(await opened.list()).toEqual([]);
      },
    );

    test('answers a check while objects can be written', async () => {
      await expect(storage.check()).resolves.toBeUndefined();
    });
  });
}
