import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInputHistory } from '../../../../src/domain/model/live/input-history.ts';
import { createRemoveOldNotes } from '../../../../src/domain/model/live/retention.ts';
import { insertArtifact } from '../../../support/artifacts.ts';
import { type TestDatabase, testDatabase } from '../../../support/database.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 0, 1, 12);

let shared: TestDatabase;
beforeAll(async () => {
  shared = await testDatabase();
});
afterAll(() => shared[Symbol.asyncDispose]());

const counts = (...bins: number[]) => ({ rows: bins[0]! + bins[1]!, bins: Uint32Array.from(bins) });
const hours = async (artifactId: string) =>
  shared.db.sql
    .selectFrom('input_counts')
    .select(['hour', 'rows'])
    .where('artifact_id', '=', artifactId)
    .orderBy('hour')
    .execute();
const historyAt = (time: () => number) => createInputHistory(shared.db.sql, time);

test('what several processes saw in the same hour adds up, bin by bin', async () => {
  const [model, other] = [await insertArtifact(shared.db.sql), await insertArtifact(shared.db.sql)];
  const processes = [1, 2, 3, 4].map(() => historyAt(() => NOON + 5));
  for (const [i, history] of processes.entries()) {
    history.add(model, counts(1, 0, 0));
    history.add(i % 2 ? other : model, counts(0, 2, 2));
  }
  await Promise.all(processes.map((history) => history.flush()));
  expect(await processes[0]?.since(model, new Date(NOON))).toEqual({
    since: new Date(NOON),
    rows: 8,
    bins: Float64Array.of(4, 4, 4),
  });
  expect(await processes[0]?.since(other, new Date(NOON))).toMatchObject({ rows: 4 });
  expect(await hours(model)).toHaveLength(1);
});

test('each hour has its own counts, and a window begins with the hour that it begins in', async () => {
  let time = NOON;
  const history = historyAt(() => time);
  const model = await insertArtifact(shared.db.sql);
  for (; time < NOON + 3 * HOUR; time += HOUR / 2) history.add(model, counts(1, 0, 0));
  const since = async (moment: number) => (await history.since(model, new Date(moment))).rows;
  expect([await since(NOON), await since(NOON + HOUR - 1), await since(NOON + HOUR)]).toEqual([6, 6, 4]);
  expect(await since(NOON + 5 * HOUR)).toBe(0);
  expect(await hours(model)).toEqual([0, 1, 2].map((h) => ({ hour: new Date(NOON + h * HOUR), rows: 2 })));
});

test('what could not be written is written the next time, together with what came since', async () => {
  const history = historyAt(() => NOON);
  const model = await insertArtifact(shared.db.sql);
  history.add(model, counts(3, 0, 0));
  await sql`alter table input_counts rename to out_of_reach`.execute(shared.db.sql);
  await expect(history.flush()).rejects.toThrow(/input_counts/);
  history.add(model, counts(0, 2, 0));
  await sql`alter table out_of_reach rename to input_counts`.execute(shared.db.sql);
  expect(await history.since(model, new Date(NOON))).toMatchObject({
    rows: 5,
    bins: Float64Array.of(3, 2, 0),
  });
});

test('a model that is gone takes its hours with it, and holds up nobody else’s', async () => {
  const history = historyAt(() => NOON);
  const [gone, kept] = [await insertArtifact(shared.db.sql), await insertArtifact(shared.db.sql)];
  history.add(gone, counts(1, 0, 0));
  await history.flush();
  history.add(gone, counts(1, 0, 0));
  history.add(kept, counts(1, 0, 0));
  await shared.db.sql.deleteFrom('artifacts').where('id', '=', gone).execute();
  expect(await hours(gone)).toEqual([]);
  await history.flush();
  expect([await hours(gone), await hours(kept)]).toMatchObject([[], [{ rows: 1 }]]);
});

test('the clean-up removes the hours that no window holds, and no other', async () => {
  const model = await insertArtifact(shared.db.sql);
  const now = Date.now();
  for (const age of [7 * 24 + 2, 7 * 24, 1]) {
    const history = historyAt(() => now - age * HOUR);
    history.add(model, counts(age, 0, 0));
    await history.flush();
  }
  await createRemoveOldNotes(shared.db.sql, { days: 0 })(new AbortController().signal);
  expect((await hours(model)).map(({ rows }) => rows)).toEqual([7 * 24, 1]);
});
