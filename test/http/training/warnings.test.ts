import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Run } from '../../support/client.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** Grades from 0 to 7 that a column gives away. */
const GRADES = [
  'x,same,given_away,y',
  ...Array.from({ length: 80 }, (_, row) => `${(row * 37) % 41},always,${(row % 8) * 10},${row % 8}`),
  '',
].join('\n');

test('a run carries its warnings in its last event, at its address, in lists and in the card of its model', async () => {
  const { dataset_id } = await app.api.upload('grades.csv', GRADES);
  const response = await app.api.post('/training-runs', { dataset_id, mode: 'light' });
  const queued = await app.api.json<Run>(response);
  const [guessed] = queued['warnings'] as object[];
  expect(queued['warnings']).toEqual([{ code: 'task_guessed', column: 'y', message: expect.any(String) }]);

  const events = await (await app.api.call(`/training-runs/${queued.id}/events`)).text();
  const last = JSON.parse(events.trim().split('data: ').at(-1) as string) as Run;
  const warnings = [
    guessed,
    { code: 'possible_leak', column: 'given_away', message: expect.stringContaining('"given_away" alone') },
    { code: 'column_dropped', column: 'same', message: expect.stringContaining('it has one value only') },
  ];
  expect(last).toMatchObject({ status: 'succeeded', warnings });
  expect(await app.api.run(queued.id)).toMatchObject({ warnings });
  const { items } = await app.api.json<{ items: Run[] }>(await app.api.call('/training-runs'));
  expect(items).toEqual([expect.objectContaining({ id: queued.id, warnings })]);
  const card = await app.api.json(await app.api.call(`/artifacts/${last.artifact_id}/card`));
  expect(card).toMatchObject({ warnings });
});

test('a run without oddities has none', async () => {
  const { dataset_id } = await app.api.uploadFile('wine_train.csv');
  expect(await app.api.train(dataset_id)).toMatchObject({ status: 'succeeded', warnings: [] });
});
