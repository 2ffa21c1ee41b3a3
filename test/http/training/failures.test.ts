import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { childProcesses } from '../../support/children.ts';
import { eventually } from '../../support/client.ts';
import { noisyTable } from '../../support/noisy-table.ts';

const TRAINER = 'trainer.child.ts';
const LEAKS = /\bat .+:\d+|\/|\.ts\b|select |sql/i;

const queue = async ({ api }: TestApp, dataset_id: string, options: Record<string, unknown> = {}) => {
  const response = await api.post('/training-runs', { dataset_id, mode: 'light', ...options });
  return (await api.json<{ id: string }>(response)).id;
};
/** Kills the process that a run is trained by, in the middle. */
const killTrainer = async ({ api }: TestApp, id: string) => {
  await eventually(async () => (await api.run(id))['progress_details'] !== null);
  for (const pid of await childProcesses(TRAINER)) process.kill(pid, 'SIGKILL');
};

describe('a run that cannot succeed', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  test.each([
    [
      'one class only',
      'x,target\n1,a\n2,a\n3,a\n4,a\n5,a\n6,a\n7,a\n8,a\n9,a\n',
      'single_class',
      /"target".*one class/,
    ],
    ['too few rows to learn from', 'x,target\n1,a\n2,b\n3,a\n', 'too_few_rows', /at least \d+/],
    [
      'a target and nothing to predict it from',
      'target\n1\n2\n1\n2\n1\n2\n1\n2\n1\n2\n',
      'no_features',
      /column/,
    ],
  ])('for %s fails in clear words, and is not tried again', async (_what, csv, type, says) => {
    const { dataset_id } = await app.api.upload('bad.csv', csv);
    const run = await app.api.train(dataset_id);
    expect(run).toMatchObject({
      status: 'failed',
      attempt: 1,
      error_type: type,
      error: expect.stringMatching(says),
      metrics: null,
      artifact_id: null,
      finished_at: expect.any(String),
    });
    expect(run['error']).not.toMatch(LEAKS);
  });

  test('because the file of its dataset vanished fails and says so', async () => {
    const { dataset_id } = await app.api.uploadFile('wine_train.csv');
    await rm(join(app.root, 'objects/datasets', dataset_id));
    const run = await app.api.train(dataset_id);
    expect(run).toMatchObject({ status: 'failed', error_type: 'dataset_missing', attempt: 1 });
    expect(run['error']).not.toMatch(LEAKS);
  });

  test('leaves the dataset free and the next run unharmed', async () => {
    const { dataset_id } = await app.api.upload('bad.csv', 'x,target\n1,a\n2,b\n3,a\n');
    expect(await app.api.train(dataset_id)).toMatchObject({ status: 'failed' });
    expect((await app.api.call(`/datasets/${dataset_id}`, { method: 'DELETE' })).status).toBe(204);
    const wine = await app.api.uploadFile('wine_train.csv');
    expect(await app.api.train(wine.dataset_id)).toMatchObject({ status: 'succeeded' });
  });

  test('because its trainer was killed is tried again and then succeeds', async () => {
    const { dataset_id } = await app.api.upload('noise.csv', noisyTable());
    const id = await queue(app, dataset_id, { mode: 'heavy', params: { max_trials: 2 } });
    await killTrainer(app, id);
    const run = await app.api.ended(id);
    expect(run).toMatchObject({ status: 'succeeded', attempt: 2, error: null, error_type: null });
    expect(await app.holdings()).toMatchObject({ leases: 0 });
  });
});

test('TRAINING__TIMEOUT_SEC ends a run, a fraction of a second counted', async () => {
  await using app = await startTestApp({ TRAINING__TIMEOUT_SEC: '1.5', TRAINING__MAX_RETRIES: '0' });
  const { dataset_id } = await app.api.upload('noise.csv', noisyTable());
  const id = await queue(app, dataset_id, { mode: 'heavy' });
  const run = await app.api.ended(id);
  expect(run).toMatchObject({
    status: 'failed',
    error_type: 'timeout',
    error: 'Training took longer than the limit of 1.5 seconds.',
    attempt: 1,
  });
  expect(run['duration_seconds']).toBeGreaterThanOrEqual(1.5);
  expect(await childProcesses(TRAINER)).toEqual([]);
});

test('with TRAINING__MAX_RETRIES=0 a killed trainer is the end of a run, and the next one trains as ever', async () => {
  await using app = await startTestApp({ TRAINING__MAX_RETRIES: '0' });
  const { dataset_id } = await app.api.upload('noise.csv', noisyTable());
  const id = await queue(app, dataset_id, { mode: 'heavy' });
  await killTrainer(app, id);
  const run = await app.api.ended(id);
  expect(run).toMatchObject({ status: 'failed', error_type: 'trainer_crashed', attempt: 1 });
  expect(run['error']).not.toMatch(LEAKS);

  const wine = await app.api.uploadFile('wine_train.csv');
  expect(await app.api.train(wine.dataset_id)).toMatchObject({ status: 'succeeded' });
});
