import { mkdir, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalStorage } from '../../../src/adapters/storage/local.ts';
import { StorageError } from '../../../src/adapters/storage/storage.ts';
import { runScript } from '../../support/script.ts';
import { storageContract } from './contract.ts';

async function localStorage() {
  const root = await mkdtemp(join(tmpdir(), 'mlops-storage-'));
  const folder = join(root, 'objects');
  return {
    root,
    folder,
    storage: await openLocalStorage(folder),
    list: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

storageContract('local', localStorage);

async function* bytes() {
  yield Buffer.from('a,b\n1,2\n');
}

test('removing an object also removes what a killed process had written of it', async () => {
  await using local = await localStorage();
  await mkdir(join(local.folder, 'datasets'));
  await writeFile(join(local.folder, 'datasets/half.part'), 'half');
  expect(await local.storage.remove('datasets/half')).toBe(false);
  expect(await local.list()).toEqual([]);
});

test('a fault of the disk is a StorageError whose message holds no path', async () => {
  await using local = await localStorage();
  // A file where a folder is needed: no permission games, so it holds for root too.
  await writeFile(join(local.folder, 'datasets'), '');
  const fault = await local.storage.write('datasets/a', bytes()).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(StorageError);
  expect((fault as Error).message).not.toContain(local.root);
});

test('the check fails once the folder is gone', async () => {
  await using local = await localStorage();
  await rm(local.folder, { recursive: true });
  await expect(local.storage.check()).rejects.toThrow();
});

test('tells how much it can still take: what is free, less its reserve, and never less than nothing', async () => {
  await using local = await localStorage();
  const { bavail, blocks, bsize } = await statfs(local.folder);
  const sizeBytes = blocks * bsize;
  // Others write to the same disk meanwhile.
  const near = bavail * bsize * 0.05;
  const free = bavail * bsize;
  const reserving = async (bytes: number) => (await openLocalStorage(local.folder, bytes)).space();
  expect(await reserving(0)).toEqual({ availableBytes: expect.closeTo(free, -Math.log10(near)), sizeBytes });
  const half = Math.floor(free / 2);
  expect((await reserving(half))?.availableBytes).toBeCloseTo(free - half, -Math.log10(near));
  expect(await reserving(sizeBytes + 1)).toEqual({ availableBytes: 0, sizeBytes });
});

test('who ask for a check at the same time share one, and who asks later gets another', async () => {
  await using local = await localStorage();
  await rm(local.folder, { recursive: true });
  const [one, other] = await Promise.allSettled([local.storage.check(), local.storage.check()]);
  expect(one).toMatchObject({ status: 'rejected', reason: expect.any(StorageError) });
  expect((one as PromiseRejectedResult).reason).toBe((other as PromiseRejectedResult).reason);
  await mkdir(local.folder);
  await local.storage.check();
});

test.for([
  [1, ['file', 'folder']],
  // A large one also while it arrives, so that its end need not wait for all of it.
  [40, ['file', 'file', 'folder']],
] as const)(
  'a stored object of %i MiB is flushed to the disk, and then its folder, before the write is acknowledged',
  async ([size, expected]) => {
    await using local = await localStorage();
    const { syncs } = await runScript<{ syncs: string[] }>(
      new URL('./write-once.script.ts', import.meta.url),
      [local.folder, String(size)],
      [new URL('../count-syncs.ts', import.meta.url)],
    );
    expect(syncs).toEqual(expected);
  },
);
