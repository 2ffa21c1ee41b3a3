import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { eventually } from '../../support/client.ts';
import { freshDatabase } from '../../support/database.ts';
import { type ServerSentEvent, serverSentEvents } from '../../support/events.ts';
import { noisyTable } from '../../support/noisy-table.ts';
import { expectProblem } from '../../support/problem.ts';
import { storageRoot } from '../../support/storage-root.ts';

const CONCURRENCY = 2;

let app: TestApp;
let wine: string;
let noise: string;
beforeAll(async () => {
  app = await startTestApp({ TRAINING__CONCURRENCY: String(CONCURRENCY) });
  wine = (await app.api.uploadFile('wine_train.csv')).dataset_id;
  // A run on this lasts until it is cancelled, as far as the tests are concerned.
  noise = (await app.api.upload('noise.csv', noisyTable())).dataset_id;
});
afterAll(() => app[Symbol.asyncDispose]());

const queue = async (dataset_id: string, mode = 'light') => {
  const response = await app.api.post('/training-runs', { dataset_id, mode });
  return (await app.api.json<{ id: string }>(response)).id;
};
const events = (id: string) => app.api.call(`/training-runs/${id}/events`);
const cancel = (id: string) => app.api.call(`/training-runs/${id}/cancel`, { method: 'POST' });
const running = (id: string) =>
  eventually(async () => (await app.api.run(id)).status === 'running' && app.api.run(id));

describe('a run', () => {
  test('goes from queued over running to succeeded, with its times, quality and model', async () => {
    const id = await queue(wine);
    const run = await app.api.ended(id);
    expect(run).toMatchObject({
      status: 'succeeded',
      task: 'classification',
      target: 'target',
      attempt: 1,
      progress: 1,
      error: null,
      error_type: null,
      duration_seconds: expect.any(Number),
      artifact_id: expect.any(String),
    });
    const times = ['queued_at', 'started_at', 'finished_at'].map((name) => Date.parse(run[name] as string));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(run['duration_seconds']).toBeCloseTo(((times[2] as number) - (times[1] as number)) / 1000, 3);
    expect((await app.api.call(`/artifacts/${run.artifact_id}`)).status).toBe(200);
  });

  test('of a classification is measured by every figure of the contract', async () => {
    const { metrics } = await app.api.train(wine);
    for (const score of ['accuracy', 'precision', 'recall', 'f1', 'roc_auc'])
      expect([score, metrics[score]]).toEqual([score, expect.any(Number)]);
    expect(metrics.accuracy).toBeGreaterThan(0.9);
    expect(metrics['log_loss']).toBeGreaterThan(0);
    expect(metrics['classes']).toEqual(['0', '1', '2']);
    const matrix = metrics['confusion_matrix'] as number[][];
    expect(matrix.map((line) => line.length)).toEqual([3, 3, 3]);
    expect(metrics).toMatchObject({ n_samples: 133, n_features: 13, baseline: expect.anything() });
    expect(metrics['feature_importances']).toHaveLength(13);
    // A quarter of the rows, which the model did not see.
    expect(matrix.flat().reduce((sum, n) => sum + n, 0)).toBeCloseTo(133 / 4, -1);
  });

  test('stands in the list with its single figures, and so does its model; what grows with the data is read one by one', async () => {
    const run = await app.api.train(wine);
    const first = async (path: string) =>
      (await app.api.json<{ items: Record<string, unknown>[] }>(await app.api.call(path))).items[0];
    const long = [
      'confusion_matrix',
      'classes',
      'cross_validation',
      'feature_importances',
      'excluded',
      'search',
    ];
    expect(Object.keys(run.metrics)).toEqual(expect.arrayContaining(long));
    const metrics = Object.fromEntries(Object.entries(run.metrics).filter(([name]) => !long.includes(name)));
    expect(metrics).toMatchObject({ accuracy: run.metrics.accuracy, baseline: expect.anything() });
    expect(await first('/training-runs')).toEqual({ ...run, metrics });

    const artifact = await app.api.json(await app.api.call(`/artifacts/${run.artifact_id}`));
    expect(artifact).toMatchObject({ metrics: run.metrics, inputs: { length: 13 } });
    expect(await first('/artifacts')).toEqual({ ...artifact, metrics });
  });

  test('of a regression is measured by every figure of the contract', async () => {
    const { dataset_id } = await app.api.uploadFile('diabetes_train.csv');
    const { metrics, ...run } = await app.api.train(dataset_id);
    expect(run).toMatchObject({ task: 'regression', status: 'succeeded' });
    for (const score of ['r2', 'mse', 'rmse', 'mae'])
      expect([score, metrics[score]]).toEqual([score, expect.any(Number)]);
    expect(metrics.r2).toBeGreaterThan(0.3);
    expect(metrics['rmse']).toBeCloseTo(Math.sqrt(metrics['mse'] as number), 6);
    expect(metrics).toMatchObject({ n_samples: 331, n_features: 10, baseline: expect.anything() });
    expect(metrics['feature_importances']).toHaveLength(10);
  });

  test('with the same seed gives the same model, with another one another split', async () => {
    const [one, same, other] = [
      await app.api.train(wine, { seed: 1 }),
      await app.api.train(wine, { seed: 1 }),
      await app.api.train(wine, { seed: 2 }),
    ];
    expect(same.metrics).toEqual(one.metrics);
    expect(other.metrics).not.toEqual(one.metrics);
  });
});

describe('the events of a run', () => {
  const all = async (id: string) => Array.fromAsync(serverSentEvents(await events(id)));

  test('tell its statuses in order, its progress in between, and end with its end', async () => {
    const told = await all(await queue(wine));
    const statuses = told.filter(({ event }) => event === 'status').map(({ data }) => data['status']);
    expect(statuses.at(-1)).toBe('succeeded');
    expect(statuses.slice(0, -1)).toEqual(['queued', 'running'].slice(-statuses.length + 1));
    expect(told.at(-1)).toMatchObject({
      event: 'status',
      data: { progress: 1, artifact_id: expect.any(String) },
    });
    const progress = told
      .filter(({ event }) => event === 'progress')
      .map(({ data }) => data['progress'] as number);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
  });

  test('of a run that has ended are how it stands, its status last', async () => {
    const { id } = await app.api.train(wine);
    expect(await all(id)).toEqual([
      { event: 'progress', data: { id, status: 'succeeded', progress: 1 } },
      { event: 'status', data: await app.api.run(id) },
    ]);
  });

  test('come as server-sent events that nobody stores', async () => {
    const response = await events(await queue(wine));
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('cache-control')).toMatch(/no-cache/);
    await response.text();
  });

  test('reach everyone who listens', async () => {
    const id = await queue(noise, 'heavy');
    const listeners = await Promise.all(Array.from({ length: 5 }, () => events(id)));
    await running(id);
    await cancel(id);
    const last = await Promise.all(
      listeners.map(async (response) => (await Array.fromAsync(serverSentEvents(response))).at(-1)),
    );
    expect(last.map((event) => event?.data['status'])).toEqual(Array(5).fill('cancelled'));
  });

  test('tell the progress of a long run while it lasts', async () => {
    const id = await queue(noise, 'heavy');
    const seen: ServerSentEvent[] = [];
    for await (const event of serverSentEvents(await events(id))) {
      seen.push(event);
      if ('stage' in event.data) await cancel(id);
    }
    expect(seen.find(({ data }) => 'stage' in data)).toMatchObject({
      event: 'progress',
      data: { id, status: 'running', progress: expect.any(Number), stage: expect.any(String) },
    });
    expect(seen.at(-1)).toMatchObject({ event: 'status', data: { status: 'cancelled' } });
  });

  test('may be left early without harm', async () => {
    const id = await queue(wine);
    const abort = new AbortController();
    await app.api.call(`/training-runs/${id}/events`, { signal: abort.signal });
    abort.abort();
    expect((await app.api.ended(id)).status).toBe('succeeded');
  });
});

describe('cancelling', () => {
  test('a running run ends it within seconds, with no model and no error', async () => {
    const id = await queue(noise, 'heavy');
    await running(id);
    // The models that the runs before have pushed out may be on their way still.
    const before = await eventually(async () => {
      const holdings = await app.holdings();
      return holdings.leases === 0 && holdings;
    });
    const response = await cancel(id);
    expect(response.status).toBe(202);
    expect(await app.api.json(response)).toMatchObject({ id });
    const run = await app.api.ended(id);
    expect(run).toMatchObject({
      status: 'cancelled',
      artifact_id: null,
      metrics: null,
      error: null,
      finished_at: expect.any(String),
    });
    expect(await app.holdings()).toEqual(before);
  });

  test('a queued run ends it at once, and it never starts', async () => {
    const busy = [await queue(noise, 'heavy'), await queue(noise, 'heavy')];
    for (const id of busy) await running(id);
    const waiting = await queue(wine);
    const response = await cancel(waiting);
    expect(response.status).toBe(202);
    expect(await app.api.json(response)).toMatchObject({ status: 'cancelled', started_at: null, attempt: 0 });

    for (const id of busy) await cancel(id);
    for (const id of busy) await app.api.ended(id);
    // Whatever waited in line before this one has been taken up by now.
    await app.api.train(wine);
    expect(await app.api.run(waiting)).toMatchObject({ status: 'cancelled', attempt: 0 });
  });

  test('a run that has ended is refused, however it ended', async () => {
    const { id: succeeded } = await app.api.train(wine);
    await expectProblem(await cancel(succeeded), 409, 'conflict');
    expect(await app.api.run(succeeded)).toMatchObject({ status: 'succeeded' });

    const cancelled = await queue(noise, 'heavy');
    await cancel(cancelled);
    await app.api.ended(cancelled);
    await expectProblem(await cancel(cancelled), 409, 'conflict');
  });
});

test(`as many runs train at once as TRAINING__CONCURRENCY says, the next waits its turn`, async () => {
  const [first, second, third] = [
    await queue(noise, 'heavy'),
    await queue(noise, 'heavy'),
    await queue(wine),
  ];
  await running(first);
  await running(second);
  expect(await app.api.run(third)).toMatchObject({ status: 'queued' });
  await cancel(first);
  expect(await app.api.ended(third)).toMatchObject({ status: 'succeeded' });
  expect(await app.api.run(second)).toMatchObject({ status: 'running' });
  await cancel(second);
  await app.api.ended(second);
});

test('a run that the service was stopped in is taken up by the next start, the broken-off attempt uncounted', async () => {
  await using root = await storageRoot();
  await using database = await freshDatabase();
  const env = { DATABASE_URL: database.url };
  let id: string;
  {
    await using first = await startTestApp(env, root);
    const { dataset_id } = await first.api.upload('noise.csv', noisyTable());
    const response = await first.api.post('/training-runs', { dataset_id, mode: 'heavy' });
    ({ id } = await first.api.json<{ id: string }>(response));
    await eventually(async () => (await first.api.run(id)).status === 'running');
  }
  await using second = await startTestApp(env, root);
  const again = await eventually(async () => {
    const run = await second.api.run(id);
    return run.status === 'running' && run;
  });
  expect(again).toMatchObject({ attempt: 1 });
  await second.api.call(`/training-runs/${id}/cancel`, { method: 'POST' });
  expect(await second.api.ended(id)).toMatchObject({ status: 'cancelled' });
});

test('an ended run goes when TRAINING__RUN_RETENTION_DAYS are over, one whose model is kept stays', async () => {
  await using own = await startTestApp({
    TRAINING__RUN_RETENTION_DAYS: String(1 / 86_400),
    DATASET_TTL_CHECK_INTERVAL_SEC: '1',
  });
  const { dataset_id } = await own.api.uploadFile('wine_train.csv');
  const succeeded = await own.api.train(dataset_id);
  const bad = await own.api.upload('bad.csv', 'x,target\n1,a\n2,b\n3,a\n');
  const failed = await own.api.train(bad.dataset_id);
  expect([succeeded.status, failed.status]).toEqual(['succeeded', 'failed']);
  await eventually(async () => (await own.api.call(`/training-runs/${failed.id}`)).status === 404);
  expect(await own.api.run(succeeded.id)).toEqual(succeeded);
  const { trends } = await own.api.json<{ trends: { run_id: string }[] }>(
    await own.api.call('/metrics/trends'),
  );
  expect(trends.map(({ run_id }) => run_id)).toEqual([succeeded.id]);
});
