import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { expectProblem } from '../../support/problem.ts';
import { csvOf } from '../../support/tables.ts';

let app: TestApp;
let dataset_id: string;
beforeAll(async () => {
  app = await startTestApp();
  const day = (row: number) => new Date(Date.UTC(2024, 0, 1 + ((row * 7) % 120))).toISOString().slice(0, 10);
  const columns = {
    day,
    customer: (row: number) => `c${row % 12}`,
    gaps: (row: number) => (row === 3 ? '' : row),
    side: (row: number) => (row % 2 ? 'left' : 'right'),
    x: (row: number) => Math.sin(row * 12.9898),
    target: (row: number) => Math.sin(row * 12.9898) * 3 + (row % 5),
  };
  ({ dataset_id } = await app.api.upload('visits.csv', csvOf(columns, 120)));
});
afterAll(() => app[Symbol.asyncDispose]());

test.each([
  [
    { column: 'day', kind: 'time' },
    { kind: 'time', column: 'day', test_fraction: 0.25, test_from: '2024-03-31T00:00:00.000Z' },
    { n_train: 90, n_test: 30 },
  ],
  [
    { kind: 'group', column: 'customer', test_fraction: 0.5 },
    { kind: 'group', column: 'customer', test_fraction: 0.5, groups: 12, test_groups: 6 },
    { n_train: 60, n_test: 60, excluded: [expect.anything(), { column: 'customer', reason: 'group' }] },
  ],
])('a run is split by %j and says how', async (split, said, measured) => {
  const run = await app.api.train(dataset_id, { task: 'regression', params: { split } });
  expect(run).toMatchObject({ status: 'succeeded', metrics: { split: said } });
  const { excluded } = measured as { excluded?: unknown[] };
  expect(run.metrics).toMatchObject({ ...measured, ...(excluded && { excluded: excluded.slice(1) }) });
  const { items } = await app.api.json<{ items: { id: string; metrics: unknown }[] }>(
    await app.api.call('/training-runs'),
  );
  expect(items.find(({ id }) => id === run.id)?.metrics).toMatchObject({ split: said });
});

test.each([
  [{ kind: 'time', column: 'custome' }, /no column "custome"; did you mean "customer"/],
  [{ kind: 'time', column: 'side' }, /"side".*it is string, and dates or numbers are needed/],
  [{ kind: 'time', column: 'gaps' }, /1 of its values are missing, and every row must have one/],
  [{ kind: 'group', column: 'side' }, /it has 2 different values, and 3 are needed/],
  [{ kind: 'group', column: 'target' }, /it is the target/],
])('a split that the dataset can not have is refused: %j', async (split, says) => {
  const response = await app.api.post('/training-runs', {
    dataset_id,
    mode: 'light',
    task: 'regression',
    params: { split },
  });
  expect(await expectProblem(response, 422, 'unusable_data')).toMatch(says);
});

test.each([
  { kind: 'time' },
  { kind: 'weekly', column: 'day' },
  { kind: 'random', column: 'day' },
  { kind: 'random', test_fraction: 0.9 },
  { kind: 'group', column: 'customer', folds: 3 },
  'time',
])('what is no split is refused, with what there is: %j', async (split) => {
  const response = await app.api.post('/training-runs', { dataset_id, mode: 'heavy', params: { split } });
  expect(await expectProblem(response, 400, 'invalid_request')).toContain(
    'Parameter "split" must be {"kind":"random"}, {"kind":"time","column":name}',
  );
});

test('the same key with the fields of a split in another order is the same request', async () => {
  const headers = { 'idempotency-key': 'split' };
  const request = (split: unknown) =>
    app.api.post(
      '/training-runs',
      { dataset_id, mode: 'light', task: 'regression', params: { split } },
      headers,
    );
  const one = await app.api.json(await request({ kind: 'time', column: 'day' }));
  expect(await app.api.json(await request({ column: 'day', kind: 'time' }))).toMatchObject({ id: one['id'] });
  expect((await request({ column: 'x', kind: 'time' })).status).toBe(422);
});
