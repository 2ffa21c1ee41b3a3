import { once } from 'node:events';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { type Fault, mendedBy, together } from '../fault.ts';
import { answer, every, trainModel, wineRows } from '../load.ts';
import type { World } from '../world.ts';

/** What users get to feel: failures, slowness, refusals, lost uploads. */

const firstApi = (world: World) => {
  const [api] = world.apis;
  if (!api) throw new Error('nobody to ask');
  return api;
};

/** Every file of the storage below a folder that is not `datasets`. */
async function modelFiles(world: World): Promise<string[]> {
  const objects = join(world.disk.path, 'objects');
  const entries = await readdir(objects, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/datasets'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** A model that is there and cannot be read: who asks it gets a 500. */
async function brokenModel(world: World): Promise<string> {
  const { api } = firstApi(world);
  const before = new Set(await modelFiles(world));
  const model = await trainModel(api);
  for (const file of await modelFiles(world)) {
    if (before.has(file)) continue;
    await writeFile(file, 'no model');
  }
  const status = await answer(api.post(`/artifacts/${model}/predict`, { rows: wineRows(1) }));
  if (status < 500) throw new Error(`a broken model answered ${status}`);
  return model;
}

/** Requests for it, so many a second. */
const askFor = (world: World, model: string, perSecond: number) =>
  every(1000 / perSecond, () =>
    answer(firstApi(world).api.post(`/artifacts/${model}/predict`, { rows: wineRows(1) })),
  );

const uploads = (world: World, body: string, perSecond: number) =>
  every(1000 / perSecond, () => answer(firstApi(world).api.uploadRaw('some.csv', body)));

const GOOD = 'a,b\n1,2\n3,4\n';

/** A client that goes away as soon as it has asked. */
async function hangUp(world: World): Promise<void> {
  const upload = request(`${firstApi(world).origin}/api/ml/v1/datasets/upload?name=cut.csv`, {
    method: 'POST',
  });
  upload.on('error', () => {});
  await new Promise<void>((resolve) => {
    upload.write(`a,b\n${'1,2\n'.repeat(1000)}`, () => resolve());
  });
  const closed = once(upload, 'close');
  upload.destroy();
  await closed;
}

/** Holds a table's lock most of the time: whoever asks for its rows waits. */
export function locked(world: World, tables: string, seconds: number): AsyncDisposable {
  const stop = new AbortController();
  const holding = (async () => {
    const client = await world.database.connect();
    try {
      while (!stop.signal.aborted) {
        await client.query('begin');
        await client.query(`lock table ${tables} in access exclusive mode`);
        await client.query('select pg_sleep($1)', [seconds]);
        await client.query('commit');
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    } finally {
      await client.end();
    }
  })();
  return mendedBy(async () => {
    stop.abort();
    await holding;
  });
}

const STEADY = 'the budget burns as well';

export const requestFaults: readonly Fault[] = [
  {
    name: '5xx of one route',
    how: 'a model’s file is damaged and asked for: a third of all requests are 500',
    world: {},
    expected: ['HttpErrorRatioHigh'],
    async make(world) {
      const model = await brokenModel(world);
      return askFor(world, model, 2);
    },
  },
  {
    name: 'A few in a hundred fail, day after day',
    how: 'the same at one request in fifty, on a Prometheus that remembers nothing else',
    world: { history: { busy: 0, quiet: 0 } },
    expected: ['SloBudgetBurnsSlowly'],
    endUnwaited: true,
    async make(world) {
      const model = await brokenModel(world);
      return askFor(world, model, 0.09);
    },
  },
  {
    name: 'Latency of one route',
    how: 'the table of models is locked for 5 s at a time',
    world: {},
    expected: ['SloBudgetBurnsFast'],
    make: async (world) => locked(world, 'artifacts', 5),
  },
  {
    name: 'A storm of hang-ups',
    how: 'two clients a second cut off their uploads',
    world: {},
    expected: ['ClientsHangUp'],
    allowed: { UploadsRefused: 'cut-off uploads are refused ones too (reason aborted)' },
    make: async (world) => every(500, () => hangUp(world)),
  },
  {
    name: 'Uploads are refused',
    how: 'tables without a header’s worth of columns, one a second',
    world: {},
    expected: ['UploadsRefused'],
    make: async (world) => uploads(world, 'a,b\n1,2\n', 1),
  },
  {
    name: 'The disk is full',
    how: 'a small file system is filled; uploads, a tenth of the requests, fail',
    world: {},
    expected: ['UploadsLost', 'HttpErrorRatioHigh'],
    allowed: { SloBudgetBurnsFast: STEADY },
    async make(world) {
      await world.disk.fill();
      return together(
        mendedBy(() => world.disk.free()),
        uploads(world, GOOD, 1),
      );
    },
  },
  {
    name: 'The storage refuses',
    how: 'a file stands in the place of its folder; uploads, a tenth of the requests, fail',
    world: {},
    expected: ['UploadsLost', 'HttpErrorRatioHigh'],
    allowed: { SloBudgetBurnsFast: STEADY },
    async make(world) {
      const folder = join(world.disk.path, 'objects/datasets');
      await rename(folder, `${folder}.away`);
      await writeFile(folder, '');
      return together(
        mendedBy(async () => {
          await rm(folder);
          await rename(`${folder}.away`, folder);
        }),
        uploads(world, GOOD, 1),
      );
    },
  },
];
