import { spawnSync } from 'node:child_process';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { objectLeases } from '../../../src/adapters/storage/leases.ts';
import { openLocalStorage } from '../../../src/adapters/storage/local.ts';
import type { Storage } from '../../../src/adapters/storage/storage.ts';
import {
  createUploadDataset,
  type UploadDataset,
  type UploadRequest,
} from '../../../src/domain/dataset/upload.ts';
import { createInspector, type Inspector } from '../../../src/domain/table/inspect.ts';
import { AppError } from '../../../src/errors.ts';
import { childProcesses } from '../../support/children.ts';
import { eventually } from '../../support/client.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { PATIENT } from '../../support/patience.ts';

const LIMITS = { maxBytes: 10_000, minRows: 2, maxEmptyRatio: 0.5 };
const GOOD = 'a,b\n1,2\n3,4\n';

let shared: TestDatabase;
let folder: string;
let deps: Parameters<typeof createUploadDataset>[0];
let uploadDataset: UploadDataset;
let recorded: unknown[];
let inspector: Inspector;

beforeAll(async () => {
  shared = await testDatabase();
  folder = join(shared.root, 'objects');
  const storage = await openLocalStorage(folder);
  inspector = createInspector(shared.root, PATIENT);
  deps = {
    db: shared.db.sql,
    storage,
    leases: objectLeases(shared.db.sql, storage, pino({ level: 'silent' })),
    limits: LIMITS,
    inspector,
    metrics: {
      succeeded: (success) => recorded.push(success),
      failed: (failure) => recorded.push(failure),
    },
    children: () => ({ cpu: () => undefined, ended: () => undefined }),
  };
  uploadDataset = createUploadDataset(deps);
});
afterAll(async () => {
  await inspector[Symbol.asyncDispose]();
  await shared[Symbol.asyncDispose]();
});
beforeEach(() => {
  recorded = [];
});

/** Nothing of a refused upload may stay. */
const stored = async () => ({
  files: (await readdir(folder, { recursive: true })).filter((name) => name !== 'datasets'),
  datasets: await shared.db.sql.selectFrom('datasets').select('id').execute(),
  leases: await shared.db.sql.selectFrom('object_leases').select('storage_key').execute(),
});
afterEach(async () => {
  expect(await stored()).toEqual({ files: [], datasets: [], leases: [] });
});

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part as string);
}
const request = (content: AsyncIterable<Uint8Array>): UploadRequest => ({
  owner: 'local',
  mode: 'light',
  declaredBytes: 0,
  open: async () => ({ name: 'table.csv', bytes: content }),
  signal: new AbortController().signal,
});
const upload = (content: AsyncIterable<Uint8Array>, changes: Partial<UploadRequest> = {}) =>
  uploadDataset({ ...request(content), ...changes });

test('a stored upload is counted with its size and time', async () => {
  const { id } = await upload(chunks(GOOD), { mode: 'heavy' });
  expect(recorded).toEqual([{ mode: 'heavy', bytes: GOOD.length, seconds: expect.any(Number) }]);
  await shared.db.sql.deleteFrom('datasets').execute();
  await rm(join(folder, 'datasets', id));
});

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100, 7)]);
test.each<[reason: string, what: string, content: string | Uint8Array]>([
  ['too_large', 'too many bytes', 'x'.repeat(LIMITS.maxBytes + 1)],
  ['empty', 'an empty file', ''],
  ['bad_format', 'a file of another format', PNG],
  ['bad_format', 'ragged rows', 'a,b\n1,2\n1,2,3\n'],
  ['bad_header', 'a header with a name left out', 'a,,c\n1,2,3\n3,4,5\n'],
  ['too_few_rows', 'one row', 'a,b\n1,2\n'],
  ['too_many_empty', 'cells without values', 'a,b\n1,\n,\n'],
])('a refusal counts as %s: %s', async (reason, _what, content) => {
  await expect(upload(chunks(content))).rejects.toThrow(AppError);
  expect(recorded).toEqual([{ mode: 'light', reason }]);
});

test('what a small text tells at once is told without a process that reads it, a look at the disk, a file or a row', async () => {
  let looks = 0;
  const storage: Storage = {
    ...deps.storage,
    write: () => expect.unreachable('it was stored'),
    check: async () => {
      looks += 1;
    },
  };
  const leases = { ...deps.leases, hold: () => expect.unreachable('it was announced') };
  await using own = createInspector(shared.root, PATIENT);
  const before = await childProcesses('inspect.child.ts');
  const strict = createUploadDataset({ ...deps, storage, leases, inspector: own });
  for (const [content, code] of [
    ['', 'empty'],
    ['a,b\n1,2\n1,2,3\n', 'bad_format'],
    ['a,,c\n1,2,3\n3,4,5\n', 'bad_header'],
    ['a,b\n1,2\n', 'too_few_rows'],
    ['a,b\n1,\n,\n', 'too_many_empty'],
    ['{"a":1}\n{"a":\n', 'bad_format'],
  ] as const)
    await expect(
      strict({ ...request(chunks(content)), declaredBytes: content.length }),
    ).rejects.toMatchObject({ code });
  // The one of which nothing was announced.
  expect(looks).toBe(1);
  expect(await childProcesses('inspect.child.ts')).toEqual(before);
});

test('an announced length beyond the limit counts as too_large before a byte is read', async () => {
  const open = async () => {
    throw new Error('the body was opened');
  };
  await expect(upload(chunks(), { declaredBytes: 10_000_000, open })).rejects.toThrow(/limit of 10000 bytes/);
  expect(recorded).toEqual([{ mode: 'light', reason: 'too_large' }]);
});

test('a request without a name or a file counts as empty', async () => {
  await expect(
    upload(chunks(), { open: async () => ({ name: undefined, bytes: chunks(GOOD) }) }),
  ).rejects.toThrow();
  const noForm = async () => {
    throw new AppError('invalid_request', 'The form has no file.');
  };
  await expect(upload(chunks(), { open: noForm })).rejects.toThrow();
  expect(recorded).toEqual([
    { mode: 'light', reason: 'empty' },
    { mode: 'light', reason: 'empty' },
  ]);
});

test('a large table with a fault is refused while it arrives', async () => {
  const rows = '1,2\n'.repeat(1 << 18);
  async function* endless() {
    yield Buffer.from('a,b\n');
    for (let i = 0; i < 10; i++) yield Buffer.from(rows);
    yield Buffer.from('1,2,3\n');
    // It sends on until it hears of the fault.
    for (;;) {
      yield Buffer.from(rows.slice(0, 65_536));
      await sleep(10);
    }
  }
  const limits = { ...LIMITS, maxBytes: Number.MAX_SAFE_INTEGER };
  await expect(createUploadDataset({ ...deps, limits })(request(endless()))).rejects.toThrow(
    `Line ${2 + 10 * (1 << 18)}: 3 fields where the header has 2.`,
  );
  expect(recorded).toEqual([{ mode: 'light', reason: 'bad_format' }]);
});

test('a client that goes away counts as aborted, while it sends and while it waits', async () => {
  async function* cutOff() {
    yield Buffer.from('a,b\n1,2\n');
    throw new AppError('aborted', 'The upload was not finished.');
  }
  await expect(upload(cutOff())).rejects.toThrow(AppError);

  const abort = new AbortController();
  async function* thenGone() {
    yield Buffer.from(GOOD);
    abort.abort();
  }
  await expect(upload(thenGone(), { signal: abort.signal })).rejects.toMatchObject({ code: 'aborted' });
  expect(recorded).toEqual([
    { mode: 'light', reason: 'aborted' },
    { mode: 'light', reason: 'aborted' },
  ]);
});

test('a storage that fails counts as storage', async () => {
  await rename(folder, `${folder}.away`);
  await writeFile(folder, '');
  try {
    await expect(upload(chunks(GOOD))).rejects.toThrow('the storage failed');
  } finally {
    await rm(folder);
    await rename(`${folder}.away`, folder);
  }
  expect(recorded).toEqual([{ mode: 'light', reason: 'storage' }]);
  // What it could not take back then is left to the clean-up, which knows of it.
  const { leases } = await stored();
  expect(leases.length).toBeLessThanOrEqual(1);
  await shared.db.sql.deleteFrom('object_leases').execute();
});

test('an inspection that somebody kills is no fault of the file: it counts as internal, to be tried again', async () => {
  // Nobody ever writes to it: it would be read for ever.
  const pipe = join(shared.root, 'pipe');
  spawnSync('mkfifo', [pipe]);
  const storage: Storage = { ...deps.storage, withLocalFile: (_key, use) => use(pipe) };
  await using own = createInspector(shared.root, PATIENT);
  const before = await childProcesses('inspect.child.ts');
  const uploading = createUploadDataset({ ...deps, storage, inspector: own })(request(chunks(GOOD)));
  const outcome = uploading.catch((error: unknown) => error);
  const pid = await eventually(async () =>
    (await childProcesses('inspect.child.ts')).find((one) => !before.includes(one)),
  );
  process.kill(pid, 'SIGKILL');
  expect(await outcome).toMatchObject({ name: 'AppError', code: 'unavailable' });
  expect(recorded).toEqual([{ mode: 'light', reason: 'internal' }]);
});

test('an upload whose lease ran out meanwhile is not stored, and takes no version of its name', async () => {
  const lapsing = {
    ...deps.leases,
    hold: async (...keys: string[]) => {
      const lease = await deps.leases.hold(...keys);
      await shared.db.sql
        .updateTable('object_leases')
        .set({ expires_at: new Date(0) })
        .execute();
      return lease;
    },
  };
  const late = createUploadDataset({ ...deps, leases: lapsing });
  const open = async () => ({ name: 'late.csv', bytes: chunks(GOOD) });
  await expect(late({ ...request(chunks()), open })).rejects.toThrow();
  expect(recorded).toEqual([{ mode: 'light', reason: 'internal' }]);
  const names = shared.db.sql.selectFrom('dataset_names').where('name', '=', 'late.csv').selectAll();
  expect(await names.execute()).toEqual([]);
});

test('whatever nobody foresaw counts as internal', async () => {
  async function* broken() {
    yield Buffer.from(GOOD);
    throw new TypeError('undefined is not a function');
  }
  await expect(upload(broken())).rejects.toThrow(TypeError);
  expect(recorded).toEqual([{ mode: 'light', reason: 'internal' }]);
});
