import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createReadStoredState } from '../../../src/domain/stored-state.ts';
import { createRemoveEndedRuns } from '../../../src/domain/training/retention.ts';
import { createInstruments } from '../../../src/telemetry/instruments/instruments.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { insertRun, queuedRun } from '../../support/runs.ts';
import { startTestMeter } from '../../telemetry/test-meter.ts';

let shared: TestDatabase;
let meter: ReturnType<typeof startTestMeter>;
beforeAll(async () => {
  shared = await testDatabase();
});
afterAll(() => shared[Symbol.asyncDispose]());
beforeEach(async () => {
  await shared.db.sql.deleteFrom('training_runs').execute();
  meter = startTestMeter('mlops.backend');
});

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const insert = (changes: Parameters<typeof insertRun>[1]) => insertRun(shared.db.sql, changes);
const remove = (days: number) =>
  createRemoveEndedRuns({
    db: shared.db.sql,
    days,
    metrics: createInstruments('mlops.backend').training,
  })(new AbortController().signal);
const counted = async () => (await meter.scrape()).value('mlops_backend_training_runs_removed_total');
const left = async () =>
  (await shared.db.sql.selectFrom('training_runs').select('id').orderBy('id').execute()).map(({ id }) => id);

test('runs go so many days after they ended, however they ended, and are counted; those that have not ended stay', async () => {
  const old = { finished_at: daysAgo(30.1), queued_at: daysAgo(31) };
  await insert({ ...old, status: 'failed' });
  await insert({ ...old, status: 'cancelled' });
  await insert({ ...old, status: 'succeeded' });
  const kept = [
    await insert({ status: 'succeeded', finished_at: daysAgo(29.9) }),
    await insert({ status: 'failed', finished_at: daysAgo(29.9) }),
    await insert({ status: 'queued', queued_at: daysAgo(400) }),
    await insert({ status: 'running', queued_at: daysAgo(400), started_at: daysAgo(399) }),
  ];
  expect(await remove(30)).toBe(3);
  expect(await left()).toEqual(kept);
  expect(await counted()).toBe(3);
  expect(await remove(30)).toBe(0);
});

test('a run stays as long as its model is kept', async () => {
  const old = { status: 'succeeded' as const, finished_at: daysAgo(50) };
  const withModel = await insert({ ...old, artifact_id: uuidv7() });
  await insert(old);
  const newest = await insert({ ...old, finished_at: daysAgo(40) });
  await remove(30);
  expect(await left()).toEqual([withModel, newest]);
});

test('the newest success of each mode stays, and with it the time of the last success', async () => {
  const success = (mode: 'light' | 'heavy', days: number) =>
    insert({ mode, status: 'succeeded', finished_at: daysAgo(days) });
  await success('light', 60);
  const kept = [await success('light', 50), await success('heavy', 70)];
  await insert({ mode: 'heavy', status: 'failed', finished_at: daysAgo(45) });
  const reading = createReadStoredState(shared.db.prepare, { days: 0 });
  const before = (await reading()).lastTrainingSuccess;
  await remove(30);
  expect(await left()).toEqual(kept);
  expect((await reading()).lastTrainingSuccess).toEqual(before);
});

test('with 0 days nothing goes', async () => {
  await insert({ status: 'failed', finished_at: daysAgo(10_000) });
  expect(await remove(0)).toBe(0);
  expect(await left()).toHaveLength(1);
});

test('a backlog of many batches goes in one clean-up, unless that is told to stop', async () => {
  const runs = Array.from({ length: 1100 }, () => queuedRun({ status: 'failed', finished_at: daysAgo(100) }));
  await shared.db.sql.insertInto('training_runs').values(runs).execute();
  const deps = { db: shared.db.sql, days: 30, metrics: createInstruments('mlops.backend').training };
  expect(await createRemoveEndedRuns(deps)(AbortSignal.abort())).toBe(500);
  expect(await remove(30)).toBe(600);
  expect(await left()).toEqual([]);
  expect(await counted()).toBe(1100);
});
