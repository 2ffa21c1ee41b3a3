import { afterAll, beforeAll, expect, test } from 'vitest';
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
import { runTrace, type TraceNode } from '../../../src/domain/training/run-trace.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { insertRun } from '../../support/runs.ts';

let shared: TestDatabase;
beforeAll(async () => {
  shared = await testDatabase();
});
afterAll(() => shared[Symbol.asyncDispose]());

const STARTED = Date.UTC(2026, 10, 26, 10);
const STAGES = [
  { id: 0, name: 'read', startedAt: STARTED, endedAt: STARTED + 100 },
  { id: 1, name: 'search', startedAt: STARTED + 100 },
  {
    id: 2,
    name: 'trial',
    startedAt: STARTED + 200,
    endedAt: STARTED + 300,
    partOf: 1,
    attributes: { loss: 0.1 },
  },
];

async function begin(id: string): Promise<TrainingRun> {
  const beginning = await beginAttempt(shared.db.sql, id, 10);
  if (beginning.next !== 'train') throw new Error(beginning.next);
  return beginning.run;
}

/** Names and errors, indented by depth. */
const outline = (node: TraceNode, depth = 0): string[] => [
  [' '.repeat(depth) + node.name, node.attributes['outcome'], node.errorType, node.endedAt ? '' : '…']
    .filter(Boolean)
    .join(' '),
  ...node.children.flatMap((child) => outline(child, depth + 1)),
];

test('a run is told as a tree: waiting, each attempt with what became of it, the stages and the parts of those', async () => {
  const { sql } = shared.db;
  const id = await insertRun(sql);
  const trace = async () => outline(await runTrace(sql, 'local', id));
  expect(await trace()).toEqual(['training run …', ' waiting …']);

  await handBack(sql, await begin(id), []);
  await requeueFailed(sql, await begin(id), { ...WORKER_LOST, type: 'trainer_crashed' }, STAGES);
  await begin(id);
  const last = await begin(id);
  expect(await trace()).toEqual([
    'training run …',
    ' waiting',
    ' attempt handed_back',
    ' waiting',
    ' attempt retry trainer_crashed',
    '  read',
    '  search trainer_crashed',
    '   trial',
    ' waiting',
    ' attempt worker_lost …',
    ' attempt …',
  ]);

  await endFailed(sql, last, { type: 'timeout', message: '' }, STAGES.slice(0, 1));
  expect((await trace()).slice(-2)).toEqual([' attempt failure timeout', '  read']);
  const whole = await runTrace(sql, 'local', id);
  expect(whole).toMatchObject({ errorType: 'timeout', attributes: { run_id: id, status: 'failed' } });
  const [read] = whole.children.at(-1)?.children ?? [];
  expect(read).toMatchObject({ startedAt: new Date(STARTED), endedAt: new Date(STARTED + 100) });
});

test('an attempt under way shows its stages so far, and what comes of them after its end is no news', async () => {
  const { sql } = shared.db;
  const id = await insertRun(sql);
  const run = await begin(id);
  const trace = async () => outline(await runTrace(sql, 'local', id)).slice(2);
  await updateAttempt(sql, run, { progress: 0.1 }, { stages: STAGES.slice(0, 2) });
  expect(await trace()).toEqual([' attempt …', '  read', '  search …']);
  await updateAttempt(sql, run, { progress: 0.2 });
  expect(await trace()).toEqual([' attempt …', '  read', '  search …']);
  await requeueFailed(sql, run, { ...WORKER_LOST, type: 'trainer_crashed' }, STAGES);
  await updateAttempt(sql, run, { progress: 0.3 }, { stages: STAGES.slice(0, 1) });
  expect((await trace()).slice(0, 4)).toEqual([
    ' attempt retry trainer_crashed',
    '  read',
    '  search trainer_crashed',
    '   trial',
  ]);
});

test('an attempt that owns its run no more leaves its successor’s record alone', async () => {
  const { sql } = shared.db;
  const id = await insertRun(sql);
  const stale = await begin(id);
  await begin(id);
  expect(await endFailed(sql, stale, WORKER_LOST, STAGES)).toBeUndefined();
  expect(outline(await runTrace(sql, 'local', id)).slice(-2)).toEqual([
    ' attempt worker_lost …',
    ' attempt …',
  ]);
});

test('a worker that is lost was lost in the stage that was under way', async () => {
  const { sql } = shared.db;
  const id = await insertRun(sql);
  await updateAttempt(sql, await begin(id), { progress: 0.2 }, { stages: STAGES });
  await begin(id);
  expect(outline(await runTrace(sql, 'local', id)).slice(2, 5)).toEqual([
    ' attempt worker_lost …',
    '  read',
    '  search worker_lost …',
  ]);
});

async function cancelled(id: string): Promise<TraceNode> {
  const { sql } = shared.db;
  await endCancelled(sql, await getRun(sql, 'local', id));
  return runTrace(sql, 'local', id);
}

test('a run that is cancelled while it waits has waited to its end: from its request on, or since its last attempt gave it back', async () => {
  const { sql } = shared.db;
  const untouched = await cancelled(await insertRun(sql));
  expect(outline(untouched)).toEqual(['training run', ' waiting']);
  const [wait] = untouched.children;
  expect([wait?.startedAt, wait?.endedAt]).toEqual([untouched.startedAt, untouched.endedAt]);

  for (const giveBack of [
    (run: TrainingRun) => handBack(sql, run, []),
    (run: TrainingRun) => requeueFailed(sql, run, { ...WORKER_LOST, type: 'storage' }, []),
  ]) {
    const id = await insertRun(sql);
    await giveBack(await begin(id));
    const { children, endedAt } = await cancelled(id);
    expect(children.map(({ name }) => name)).toEqual(['waiting', 'attempt', 'waiting']);
    const [, attempt, last] = children;
    expect([last?.startedAt, last?.endedAt]).toEqual([attempt?.endedAt, endedAt]);
  }
});

test('of a run that is older than the record of attempts the wait before the first is told, and no other', async () => {
  const { sql } = shared.db;
  const id = await insertRun(sql);
  const { first_started_at } = await begin(id);
  await sql.deleteFrom('training_attempts').where('run_id', '=', id).execute();
  const { children } = await cancelled(id);
  expect(children.map(({ name, endedAt }) => [name, endedAt])).toEqual([['waiting', first_started_at]]);
});
