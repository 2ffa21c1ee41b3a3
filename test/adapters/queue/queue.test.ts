import { sql } from 'kysely';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openQueue, type Queue } from '../../../src/adapters/queue/queue.ts';
import { eventually } from '../../support/client.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { startScript } from '../../support/script.ts';

const silent = pino({ level: 'silent' });

let shared: TestDatabase;
beforeAll(async () => {
  shared = await testDatabase();
});
afterAll(() => shared[Symbol.asyncDispose]());

let queue: Queue;
beforeEach(async () => {
  queue = await openQueue(shared.db, 'all', silent);
});
afterEach(() => queue.stop(1000));

const enqueue = (runId: string) =>
  shared.db.sql.transaction().execute((trx) => queue.enqueueTraining(trx, { runId }));

test('a job is delivered once when its handler resolves', async () => {
  const [first, second] = [uuidv7(), uuidv7()];
  const delivered: string[] = [];
  const done = Promise.withResolvers<void>();
  await queue.workTraining(1, async ({ runId }) => {
    delivered.push(runId);
    if (runId === second) done.resolve();
  });
  await enqueue(first);
  await enqueue(second);
  await done.promise;
  expect(delivered).toEqual([first, second]);
});

test('a job whose handler throws is delivered again', async () => {
  const deliveries: string[] = [];
  const done = Promise.withResolvers<void>();
  await queue.workTraining(1, async ({ runId }) => {
    deliveries.push(runId);
    if (deliveries.length < 3) throw new Error('not this time');
    done.resolve();
  });
  const runId = uuidv7();
  await enqueue(runId);
  await done.promise;
  expect(deliveries).toEqual([runId, runId, runId]);
});

test('a job enqueued in a transaction that is rolled back never arrives', async () => {
  const last = uuidv7();
  const delivered: string[] = [];
  const done = Promise.withResolvers<void>();
  await queue.workTraining(1, async ({ runId }) => {
    delivered.push(runId);
    done.resolve();
  });
  await shared.db.sql
    .transaction()
    .execute(async (trx) => {
      await queue.enqueueTraining(trx, { runId: uuidv7() });
      throw new Error('no');
    })
    .catch(() => {});
  await enqueue(last);
  await done.promise;
  expect(delivered).toEqual([last]);
});

test('a job that is done is gone within minutes, so that those of years are not counted every second', async () => {
  const id = uuidv7();
  await queue.workTraining(1, async () => {});
  await enqueue(id);
  const job = async () =>
    (await sql<{ state: string }>`select state from pgboss.job where id = ${id}`.execute(shared.db.sql))
      .rows[0];
  await eventually(async () => (await job())?.state === 'completed');
  await sql`update pgboss.job set completed_on = completed_on - interval '2 minutes' where id = ${id}`.execute(
    shared.db.sql,
  );
  await sql`update pgboss.queue set maintain_on = now() - interval '10 minutes'`.execute(shared.db.sql);
  await eventually(async () => (await job()) === undefined);
});

test('a job that waits is kept for years', async () => {
  const id = uuidv7();
  await enqueue(id);
  const { rows } = await sql<{ kept: boolean }>`
    select keep_until > now() + interval '9 years' as kept from pgboss.job where id = ${id}`.execute(
    shared.db.sql,
  );
  expect(rows).toEqual([{ kept: true }]);
  await queue.cancelTraining(id);
});

test('as many jobs run at once as asked for, and no more', async () => {
  const ids = [uuidv7(), uuidv7(), uuidv7()];
  let running = 0;
  let most = 0;
  let ended = 0;
  const two = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  await queue.workTraining(2, async () => {
    running += 1;
    most = Math.max(most, running);
    if (running === 2) two.resolve();
    await two.promise;
    running -= 1;
    ended += 1;
    if (ended === ids.length) all.resolve();
  });
  for (const id of ids) await enqueue(id);
  await all.promise;
  expect(most).toBe(2);
});

test('a cancelled job that waits is not delivered, one under way is told by its signal', async () => {
  const [running, waiting, last] = [uuidv7(), uuidv7(), uuidv7()];
  const delivered: string[] = [];
  const begun = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  await queue.workTraining(1, async ({ runId }, signal) => {
    delivered.push(runId);
    if (runId === last) done.resolve();
    if (runId !== running) return;
    signal.addEventListener('abort', () => told.resolve());
    begun.resolve();
    await told.promise;
  });
  await enqueue(running);
  await begun.promise;
  await enqueue(waiting);
  await enqueue(last);
  await queue.cancelTraining(waiting);
  await queue.cancelTraining(running);
  await told.promise;
  await done.promise;
  expect(delivered).toEqual([running, last]);
});

test('stopping waits for the job under way', async () => {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let ended = false;
  await queue.workTraining(1, async () => {
    begun.resolve();
    await gate.promise;
    ended = true;
  });
  await enqueue(uuidv7());
  await begun.promise;
  const stopped = queue.stop(10_000);
  gate.resolve();
  await stopped;
  expect(ended).toBe(true);
});

test('the clean-up runs at once, and again with every interval, one at a time', async () => {
  let running = 0;
  let most = 0;
  let times = 0;
  const twice = Promise.withResolvers<void>();
  const handler = async () => {
    running += 1;
    most = Math.max(most, running);
    times += 1;
    if (times >= 2) twice.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  await queue.workCleanUp(1, handler);
  await queue.workCleanUp(1, handler);
  await twice.promise;
  expect(most).toBe(1);
});

test('a job that a killed process left under way is delivered again when the process is missed', async () => {
  await using own = await testDatabase();
  const runId = uuidv7();
  {
    await using other = startScript(new URL('./abandon-job.script.ts', import.meta.url), [own.url, runId]);
    expect(await other.next()).toEqual({ took: runId });
    await other.kill('SIGKILL');
  }
  const again = await openQueue(own.db, 'all', silent);
  const delivered = Promise.withResolvers<string>();
  await again.workTraining(1, async (job) => delivered.resolve(job.runId));
  expect(await delivered.promise).toBe(runId);
  await again.stop(1000);
});
