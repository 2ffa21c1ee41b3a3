import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFeedback } from '../../../../src/domain/model/live/feedback.ts';
import {
  createKeptPredictions,
  type KeptPredictions,
} from '../../../../src/domain/model/live/kept-predictions.ts';
import { createRemoveOldNotes } from '../../../../src/domain/model/live/retention.ts';
import { createInstruments } from '../../../../src/telemetry/instruments/instruments.ts';
import { insertArtifact } from '../../../support/artifacts.ts';
import { type TestDatabase, testDatabase } from '../../../support/database.ts';
import { startTestMeter } from '../../../telemetry/test-meter.ts';

let shared: TestDatabase;
beforeAll(async () => {
  shared = await testDatabase();
});
afterAll(() => shared[Symbol.asyncDispose]());

const keep = (maxPerModel = 1000) => createKeptPredictions(shared.db.sql, maxPerModel);
const prediction = (key: string, value = 0.5) => ({ key, class: 0, value });
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => prediction(String(from + i)));
const kept = async (artifactId: string) =>
  shared.db.sql
    .selectFrom('kept_predictions')
    .select(['key', 'value'])
    .where('artifact_id', '=', artifactId)
    .orderBy(sql`length(key)`)
    .orderBy('key')
    .execute();

/** A model as its training left it. */
async function model(task: 'classification' | 'regression', metrics: object) {
  const id = await insertArtifact(shared.db.sql);
  await shared.db.sql
    .updateTable('artifacts')
    .set({
      task,
      metrics_summary: JSON.stringify(metrics),
      card: JSON.stringify({ classes: task === 'regression' ? null : ['no', 'yes'] }),
    })
    .where('id', '=', id)
    .execute();
  return id;
}

test('of each model the newest predictions are kept, about as many as are allowed', async () => {
  const [many, few] = [await insertArtifact(shared.db.sql), await insertArtifact(shared.db.sql)];
  const predictions = keep(100);
  await predictions.keep(few, numbered(0, 50));
  for (let from = 0; from < 1000; from += 50) {
    await predictions.keep(many, numbered(from, from + 50));
    await predictions.flush();
    expect((await kept(many)).length).toBeLessThanOrEqual(110);
  }
  expect((await kept(many)).at(-1)?.key).toBe('999');
  expect((await kept(many)).length).toBeGreaterThanOrEqual(100);
  expect(await kept(few)).toHaveLength(50);
});

test('of two processes that predict the same key the later prediction stays, whoever writes first', async () => {
  const id = await insertArtifact(shared.db.sql);
  const [early, late] = [1, 2].map((second) =>
    createKeptPredictions(shared.db.sql, 1000, () => new Date(Date.UTC(2026, 0, 1, 0, 0, second))),
  ) as [KeptPredictions, KeptPredictions];
  await early.keep(id, [prediction('k', 0.1)]);
  await late.keep(id, [prediction('k', 0.2)]);
  await late.flush();
  await early.flush();
  expect(await kept(id)).toEqual([{ key: 'k', value: 0.2 }]);
});

test('what could not be written is written later, and of a model that is gone nothing', async () => {
  const [id, gone] = [await insertArtifact(shared.db.sql), await insertArtifact(shared.db.sql)];
  const predictions = keep();
  await predictions.keep(id, [prediction('first', 0.1), prediction('both', 0.1)]);
  await predictions.keep(gone, [prediction('first')]);
  await sql`alter table kept_predictions rename to out_of_reach`.execute(shared.db.sql);
  await expect(predictions.flush()).rejects.toThrow(/kept_predictions/);
  await predictions.keep(id, [prediction('both', 0.2)]);
  // Who asks for more than there is room for is told that there is none.
  await expect(predictions.keep(id, numbered(0, 20_000))).rejects.toThrow(/kept_predictions/);
  await sql`alter table out_of_reach rename to kept_predictions`.execute(shared.db.sql);
  await shared.db.sql.deleteFrom('artifacts').where('id', '=', gone).execute();
  await predictions.flush();
  expect(await kept(id)).toEqual([
    { key: 'both', value: 0.2 },
    { key: 'first', value: 0.1 },
  ]);
  expect(await kept(gone)).toEqual([]);
});

test('a table is kept whole or not at all, and counts as the newest', async () => {
  const id = await insertArtifact(shared.db.sql);
  const predictions = keep(100);
  const table = (from: number, to: number) => [
    JSON.stringify(numbered(from, (from + to) / 2)),
    JSON.stringify(numbered((from + to) / 2, to)),
  ];
  await predictions.keep(id, numbered(0, 50));
  await predictions.flush();
  await expect(predictions.keepTable(id, [...table(100, 150), ...table(140, 160)])).rejects.toMatchObject({
    code: 'unusable_data',
    message: expect.stringMatching(/^Two rows have the key "14\d"/),
  });
  await expect(predictions.keepTable(id, [...table(100, 150), '{'])).rejects.toThrow(/json/);
  expect(await kept(id)).toHaveLength(50);
  await Promise.all([predictions.keepTable(id, table(100, 150)), predictions.keepTable(id, table(150, 200))]);
  await predictions.flush();
  const left = await kept(id);
  expect(left.length).toBeLessThanOrEqual(110);
  expect(left.slice(-100).map(({ key }) => key)).toEqual(numbered(100, 200).map(({ key }) => key));
});

test('a key of a table that had an outcome begins anew, and of a model that is gone nothing is kept', async () => {
  const [id, gone] = [await insertArtifact(shared.db.sql), await insertArtifact(shared.db.sql)];
  const predictions = keep();
  await predictions.keepTable(id, [JSON.stringify([prediction('a', 0.1), prediction('b', 0.1)])]);
  await sql`update kept_predictions set actual_at = now(), actual_class = 1 where artifact_id = ${id}`.execute(
    shared.db.sql,
  );
  await predictions.keepTable(id, [JSON.stringify([prediction('b', 0.2)])]);
  const { rows } = await sql`
    select key, value, actual_class from kept_predictions where artifact_id = ${id} order by key`.execute(
    shared.db.sql,
  );
  expect(rows).toEqual([
    { key: 'a', value: 0.1, actual_class: 1 },
    { key: 'b', value: 0.2, actual_class: null },
  ]);
  await shared.db.sql.deleteFrom('artifacts').where('id', '=', gone).execute();
  await predictions.keepTable(gone, [JSON.stringify([prediction('a')])]);
  expect(await kept(gone)).toEqual([]);
});

test('tables and rows that several processes keep under the same keys at once do not hold each other up', async () => {
  const id = await insertArtifact(shared.db.sql);
  const keys = Array.from({ length: 600 }, (_, i) => prediction(`${['ä', 'z', '\u{10000}'][i % 3]}${i}`));
  const [one, other] = [keep(), keep()];
  const batches = (all: readonly object[]) =>
    [0, 200, 400].map((from) => JSON.stringify(all.slice(from, from + 200)));
  for (let i = 0; i < 5; i++) {
    await other.keep(id, keys.toReversed());
    await Promise.all([
      one.keepTable(id, batches(keys)),
      other.keepTable(id, batches(keys.toReversed())),
      other.flush(),
    ]);
  }
  expect(await kept(id)).toHaveLength(keys.length);
});

test('the clean-up removes predictions when their days are over, told or not', async () => {
  const id = await insertArtifact(shared.db.sql);
  const predictions = keep();
  await predictions.keep(id, [prediction('old'), prediction('new')]);
  await predictions.flush();
  await sql`
    update kept_predictions set predicted_at = now() - interval '31 days'
    where key = 'old' and artifact_id = ${id}`.execute(shared.db.sql);
  const cleanUp = (days: number) =>
    createRemoveOldNotes(shared.db.sql, { days })(new AbortController().signal);
  await cleanUp(0);
  await cleanUp(32);
  expect(await kept(id)).toHaveLength(2);
  await cleanUp(30);
  expect(await kept(id)).toMatchObject([{ key: 'new' }]);
});

test('what predictions were off by is counted once each, beside what was to be expected', async () => {
  const meter = startTestMeter('mlops.backend');
  const predictions = keep();
  const feedback = createFeedback({
    db: shared.db.sql,
    kept: predictions,
    metrics: createInstruments('mlops.backend').feedback,
  });
  const churn = await model('classification', { accuracy: 0.9, n_test: 98 });
  const price = await model('regression', { mae: 20 });
  const old = await model('classification', {});
  for (const id of [churn, old])
    await predictions.keep(
      id,
      ['a', 'b', 'c'].map((key) => ({ key, class: 1, value: 0.9 })),
    );
  await predictions.keep(price, [
    { key: 'house', class: null, value: 100 },
    { key: 'palace', class: null, value: 100 },
  ]);
  const outcomes = ['yes', 'no', 'yes'].map((actual, i) => ({ key: 'abc'.charAt(i), actual }));
  await feedback.toArtifact('local', churn, outcomes);
  await feedback.toArtifact('local', churn, [...outcomes, { key: 'z', actual: 'no' }]);
  await feedback.toArtifact('local', old, outcomes);
  await feedback.toArtifact('local', price, [
    { key: 'house', actual: 110 },
    { key: 'palace', actual: 1e9 },
  ]);

  const page = await meter.scrape();
  const counted = (name: string, labels: Record<string, string>) =>
    page.value(`mlops_backend_feedback_${name}_total`, labels);
  const of = (task: string) =>
    ['predictions', 'error', 'expected_error'].map((name) => counted(name, { task }));
  expect(of('classification')).toEqual([3, 1, expect.closeTo((3 * (0.1 * 98 + 1)) / 100, 10)]);
  // One that is far off does not drown the others.
  expect(of('regression')).toEqual([2, 100.5, 2]);
  expect(
    ['accepted', 'replaced', 'unknown', 'unusable'].map((receipt) => counted('outcomes', { receipt })),
  ).toEqual([8, 3, 1, 0]);
});
