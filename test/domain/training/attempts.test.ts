import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelCard } from '#tabular';
import { objectLeases } from '../../../src/adapters/storage/leases.ts';
import { openLocalStorage } from '../../../src/adapters/storage/local.ts';
import { createReadStoredState } from '../../../src/domain/stored-state.ts';
import {
  beginAttempt,
  endCancelled,
  endFailed,
  handBack,
  requeueFailed,
  updateAttempt,
} from '../../../src/domain/training/attempts.ts';
import { WORKER_LOST } from '../../../src/domain/training/outcome.ts';
import { getRun, type TrainingRun } from '../../../src/domain/training/repository.ts';
import { storeModel } from '../../../src/domain/training/store-model.ts';
import { superviseAttempt } from '../../../src/domain/training/supervise.ts';
import { openRunWatch, type RunWatch } from '../../../src/domain/training/watch.ts';
import { eventually } from '../../support/client.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { insertRun } from '../../support/runs.ts';

let shared: TestDatabase;
let watch: RunWatch;
beforeAll(async () => {
  shared = await testDatabase();
  watch = await openRunWatch(shared.db);
});
afterAll(async () => {
  await watch[Symbol.asyncDispose]();
  await shared[Symbol.asyncDispose]();
});

const queueRun = (changes?: Parameters<typeof insertRun>[1]) => insertRun(shared.db.sql, changes);
const begin = (id: string, maxRetries = 2) => beginAttempt(shared.db.sql, id, maxRetries);
const begun = async (id: string): Promise<TrainingRun> => {
  const beginning = await begin(id);
  if (beginning.next !== 'train') throw new Error(`not to be trained but: ${beginning.next}`);
  return beginning.run;
};
const now = (id: string) => getRun(shared.db.sql, 'local', id);

describe('beginning an attempt', () => {
  test('counts it and makes the run a running one', async () => {
    const id = await queueRun();
    expect(await begin(id)).toMatchObject({
      next: 'train',
      lost: false,
      run: { status: 'running', attempt: 1 },
    });
    expect((await now(id)).started_at).toBeInstanceOf(Date);
  });

  test('is the first of its run once: not after a hand-back, a failure or a lost worker', async () => {
    const { sql } = shared.db;
    const id = await queueRun();
    const first = async () => {
      const beginning = await begin(id, 10);
      return beginning.next === 'train' && beginning.before === undefined;
    };
    expect(await first()).toBe(true);
    await handBack(sql, await now(id), []);
    expect(await first()).toBe(false);
    await requeueFailed(sql, await now(id), WORKER_LOST, []);
    expect(await first()).toBe(false);
    expect(await first()).toBe(false);
    expect(await now(id)).toMatchObject({ attempt: 3 });
  });

  test('at once by several gives each an attempt of its own, and one of them the first', async () => {
    const id = await queueRun();
    const beginnings = await Promise.all(Array.from({ length: 8 }, () => begin(id, 10)));
    const trains = beginnings.filter((beginning) => beginning.next === 'train');
    expect(trains.map(({ run }) => run.attempt).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(trains.filter(({ before }) => before === undefined).map(({ run }) => run.attempt)).toEqual([1]);
    expect(trains.filter(({ lost }) => !lost)).toHaveLength(1);
  });

  test('of a run that was never ended says that its worker was lost', async () => {
    const id = await queueRun();
    await begun(id);
    expect(await begin(id)).toMatchObject({ next: 'train', lost: true, run: { attempt: 2 } });
  });

  test('of a failed attempt that is tried again says that nothing was lost', async () => {
    const id = await queueRun();
    await requeueFailed(shared.db.sql, await begun(id), WORKER_LOST, []);
    expect(await begin(id)).toMatchObject({ next: 'train', lost: false, run: { attempt: 2 } });
  });

  test('gives up after the first attempt and as many more as there are retries', async () => {
    const id = await queueRun();
    await begin(id, 1);
    await begin(id, 1);
    expect(await begin(id, 1)).toMatchObject({ next: 'give_up', run: { attempt: 2 } });
    const once = await queueRun();
    await begin(once, 0);
    expect(await begin(once, 0)).toMatchObject({ next: 'give_up' });
  });

  test('of a run that was to be cancelled while nobody worked on it ends it', async () => {
    const id = await queueRun({ cancel_requested_at: new Date() });
    expect(await begin(id)).toMatchObject({ next: 'cancel' });
  });

  test.each(['succeeded', 'failed', 'cancelled'] as const)(
    'of a run that has %s does nothing',
    async (status) => {
      const id = await queueRun({ status });
      expect(await begin(id)).toEqual({ next: 'nothing' });
      expect(await now(id)).toMatchObject({ status, attempt: 0 });
    },
  );

  test('of a run that is gone does nothing', async () => {
    expect(await begin(uuidv7())).toEqual({ next: 'nothing' });
  });
});

describe('a run that goes back to the queue', () => {
  const waiting = { status: 'queued', progress: 0, progress_details: null, started_at: null };
  const halfDone = async (id: string) => {
    const run = await begun(id);
    await updateAttempt(shared.db.sql, run, { progress: 0.5, progress_details: '{"stage":"fit"}' });
    return run;
  };

  test('because its worker stops has not used up an attempt, nor kept what it had reached', async () => {
    const id = await queueRun();
    await handBack(shared.db.sql, await halfDone(id), []);
    expect(await now(id)).toMatchObject({ ...waiting, attempt: 0, error: null });
    expect(await begun(id)).toMatchObject({ attempt: 1 });
  });

  test.each([
    ['is handed back', (sql: typeof shared.db.sql, run: TrainingRun) => handBack(sql, run, [])],
    ['failed', (sql: typeof shared.db.sql, run: TrainingRun) => requeueFailed(sql, run, WORKER_LOST, [])],
  ])('because its attempt %s waits from then on, and is as old as ever', async (_why, goBack) => {
    const anHourAgo = new Date(Date.now() - 3_600_000);
    const id = await queueRun({ queued_at: anHourAgo, waiting_since: anHourAgo });
    const run = await begun(id);
    const before = Date.now();
    await goBack(shared.db.sql, run);
    const { queued_at, waiting_since } = await now(id);
    expect(queued_at).toEqual(anHourAgo);
    expect(waiting_since.getTime()).toBeGreaterThanOrEqual(before);
    const { oldestQueuedAgeSeconds } = await createReadStoredState(shared.db.prepare, { days: 0 })();
    expect(oldestQueuedAgeSeconds).toBeLessThan(600);
  });

  test('because its attempt failed says why, and begins again from nothing', async () => {
    const id = await queueRun();
    await requeueFailed(shared.db.sql, await halfDone(id), WORKER_LOST, []);
    expect(await now(id)).toMatchObject({ ...waiting, attempt: 1, error_type: 'worker_lost' });
  });
});

describe('a worker that was taken for dead', () => {
  const twice = async () => {
    const id = await queueRun();
    return { id, stale: await begun(id), current: await begun(id) };
  };

  test('can change nothing any more', async () => {
    const { id, stale } = await twice();
    const { sql } = shared.db;
    expect(await updateAttempt(sql, stale, { progress: 0.9 })).toBeUndefined();
    expect(await endFailed(sql, stale, WORKER_LOST)).toBeUndefined();
    expect(await endCancelled(sql, stale)).toBeUndefined();
    expect(await requeueFailed(sql, stale, WORKER_LOST, [])).toBeUndefined();
    expect(await handBack(sql, stale, [])).toBeUndefined();
    expect(await now(id)).toMatchObject({ status: 'running', attempt: 2, progress: 0, error: null });
  });

  test('cannot store its model; the one that took over can, and once', async () => {
    const { id, stale, current } = await twice();
    const folder = join(shared.root, 'objects');
    await mkdir(folder, { recursive: true });
    const storage = await openLocalStorage(folder);
    const leases = objectLeases(shared.db.sql, storage, pino({ level: 'silent' }));
    const deps = { db: shared.db.sql, storage, leases, keep: 0 };
    const bytes = new TextEncoder().encode('{}');
    const output = {
      metrics: {},
      evaluation: { task: 'classification' as const, n_test: 0, n_classes: 2, classes: [] },
      warnings: [],
      artifact: bytes,
      artifactFormat: 'json',
      scoring: bytes,
      card: { columns: [] as ModelCard['columns'] } as ModelCard,
    };
    const stored = async () => (await readdir(join(folder, 'artifacts'))).length;

    expect(await storeModel(deps, stale, output, [])).toBe(false);
    expect(await stored()).toBe(0);
    expect(await storeModel(deps, current, output, [])).toBe(true);
    expect(await storeModel(deps, current, output, [])).toBe(false);
    expect(await stored()).toBe(2);
    expect(await shared.db.sql.selectFrom('object_leases').selectAll().execute()).toEqual([]);
    expect(await now(id)).toMatchObject({ status: 'succeeded', progress: 1 });
  });

  test('is told to stop', async () => {
    const { stale } = await twice();
    await using supervisor = await superviseAttempt(
      shared.db.sql,
      watch,
      stale,
      new AbortController().signal,
    );
    const stopped = Promise.withResolvers<void>();
    supervisor.signal.addEventListener('abort', () => stopped.resolve());
    await stopped.promise;
    expect(supervisor.verdict()).toBe('lost');
  });
});

describe('a supervised attempt', () => {
  const supervise = async (id: string, stop = new AbortController().signal) => {
    const supervisor = await superviseAttempt(shared.db.sql, watch, await begun(id), stop);
    const stopped = Promise.withResolvers<void>();
    if (supervisor.signal.aborted) stopped.resolve();
    supervisor.signal.addEventListener('abort', () => stopped.resolve());
    return Object.assign(supervisor, { stopped: stopped.promise });
  };

  test('writes the progress it is told', async () => {
    const id = await queueRun();
    await using supervisor = await supervise(id);
    supervisor.report({ stage: 'read', fraction: 0.1 });
    supervisor.report({ stage: 'fit', fraction: 0.25 });
    const run = await eventually(async () => {
      const row = await now(id);
      return row.progress > 0 && row;
    });
    expect(run).toMatchObject({ progress: 0.25, progress_details: { stage: 'fit' } });
  });

  test('is stopped when the run is cancelled', async () => {
    const id = await queueRun();
    await using supervisor = await supervise(id);
    await shared.db.sql
      .updateTable('training_runs')
      .set({ cancel_requested_at: new Date() })
      .where('id', '=', id)
      .execute();
    await supervisor.stopped;
    expect(supervisor.verdict()).toBe('cancelled');
  });

  test('is stopped when its worker stops, also when that was before it began', async () => {
    const stop = new AbortController();
    await using during = await supervise(await queueRun(), stop.signal);
    expect(during.verdict()).toBeUndefined();
    stop.abort();
    await during.stopped;
    expect(during.verdict()).toBe('stopped');

    await using after = await supervise(await queueRun(), stop.signal);
    await after.stopped;
    expect(after.verdict()).toBe('stopped');
  });
});
