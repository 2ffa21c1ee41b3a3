import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { childProcesses } from '../support/children.ts';
import { client, eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { sample, samples } from '../support/exposition.ts';
import { hold } from '../support/hold.ts';
import { noisyTable } from '../support/noisy-table.ts';
import { expectProblem } from '../support/problem.ts';
import { runMain, type Service, startService } from '../support/service.ts';
import { storageRoot } from '../support/storage-root.ts';
import { usedRoot } from '../support/used-root.ts';

test('a bad environment ends the start with exit code 1, a line per fault, and nothing opened', async () => {
  await using root = await storageRoot();
  const { code, stderr } = await runMain({
    STORAGE_ROOT: `${root.path}/new`,
    PORT: 'abc',
    MIN_DATA_ROWS: '0',
    HOST: '0.0.0.0',
  });
  expect(code).toBe(1);
  const lines = stderr.trim().split('\n');
  expect(lines).toHaveLength(3);
  for (const name of ['PORT', 'MIN_DATA_ROWS', 'AUTH__MODE'])
    expect(lines.some((line) => line.includes(name))).toBe(true);
});

test('a second process on the same embedded database refuses to start and names the first', async () => {
  await using root = await usedRoot();
  await using first = await startService(root.path);
  const second = startService(root.path);
  await expect(second).rejects.toThrow(`in use by process ${first.process.pid}:`);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s while idle: exit code 0', async (signal) => {
  await using root = await usedRoot();
  await using service = await startService(root.path);
  expect(await service.stop(signal)).toBe(0);
  expect(service.log.at(-1)?.['msg']).toBe('stopped');
});

const trainersOf = (service: Service) => childProcesses('trainer.child.ts', service.process.pid);
const signalTrainers = async (service: Service, signal: NodeJS.Signals) => {
  for (const pid of await trainersOf(service)) process.kill(pid, signal);
};

const stopped = (service: Service) => service.process.kill('SIGTERM');

// At once: each waits for the time that a run gets to finish.
test.concurrent.each<[string, (service: Service) => unknown, NodeJS.Signals?]>([
  ['SIGTERM', stopped],
  // What a terminal does: the signal goes to the whole group.
  ['Ctrl-C', (service) => process.kill(-(service.process.pid as number), 'SIGINT')],
  // What systemd does: a signal to every process.
  ['SIGTERM to the trainer too', stopped, 'SIGTERM'],
])(
  '%s in the middle of a training hands the run back: the next start finishes it, and no attempt, start, wait or error is counted twice',
  async (_how, stop, toTrainers) => {
    await using root = await usedRoot();
    await using first = await startService(root.path);
    const dataset = await first.api.upload('noise.csv', noisyTable());
    const queued = await first.api.post('/training-runs', {
      dataset_id: dataset.dataset_id,
      mode: 'heavy',
      params: { max_trials: 2 },
    });
    const { id } = await first.api.json<{ id: string }>(queued);
    await eventually(async () => (await first.api.run(id))['progress_details'] !== null);
    // One at work, and one that stands by.
    expect(await trainersOf(first)).toHaveLength(2);
    if (toTrainers !== undefined) await signalTrainers(first, toTrainers);
    // Held, or it might end in the time that it is given.
    using _ = hold(await trainersOf(first));
    const runs = 'mlops_backend_training_runs_total';
    const started = { mode: 'heavy', task: 'classification', outcome: 'started' };
    expect(sample(await first.api.metrics(), runs, started)).toBe(1);
    const closed = once(first.process, 'close');
    await stop(first);
    expect((await closed)[0]).toBe(0);

    await using second = await startService(root.path, { TRAINING__MAX_RETRIES: '0' });
    const again = await eventually(async () => {
      const run = await second.api.run(id);
      return run.status === 'running' && run;
    });
    expect(again).toMatchObject({ attempt: 1, error: null, error_type: null });
    expect(await second.api.ended(id)).toMatchObject({ status: 'succeeded', attempt: 1, error: null });
    // Counted once it is stored, which others may hear of before.
    const text = await eventually(async () => {
      const scraped = await second.api.metrics();
      return sample(scraped, runs, { ...started, outcome: 'success' }) === 1 && scraped;
    });
    expect(sample(text, runs, started)).toBe(0);
    for (const never of ['queue_wait_seconds_count', 'retries_total', 'failures_total'])
      expect(samples(text, `mlops_backend_training_${never}`).filter(({ value }) => value > 0)).toEqual([]);
  },
);

test('a second signal ends the process at once', async () => {
  await using service = await startDeployed();
  // An upload that never ends keeps the first stop waiting.
  const stuck = request(`${service.origin}/api/ml/v1/datasets/upload?name=a.csv`, { method: 'POST' });
  stuck.on('error', () => {});
  stuck.write('a,b\n1,2\n');
  await eventually(async () =>
    (await service.api.metrics()).includes('http_server_active_requests{http_request_method="POST"} 1'),
  );
  service.process.kill('SIGTERM');
  await eventually(async () => service.log.some((entry) => entry['msg'] === 'stopping'));
  const closed = once(service.process, 'close');
  service.process.kill('SIGTERM');
  expect((await closed)[0]).toBe(1);
});

test('a stop waits for the answer of a request under way', async () => {
  await using service = await startDeployed();
  const post = request(`${service.origin}/api/ml/v1/training-runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  post.write('{"mode":"light",');
  await eventually(async () =>
    (await service.api.metrics()).includes('http_server_active_requests{http_request_method="POST"} 1'),
  );
  const stopped = service.stop('SIGTERM');
  await eventually(async () => service.log.some((entry) => entry['msg'] === 'stopping'));
  // Little work is left, so that a busy machine has done it within the limit of a stop.
  post.end('"dataset_id":"0198c5f0-0000-7000-8000-000000000000"}');
  const [response] = (await once(post, 'response')) as [{ statusCode: number }];
  expect(response.statusCode).toBe(404);
  expect(await stopped).toBe(0);
});

test('with metrics off the path answers 404 and the service works', async () => {
  await using service = await startDeployed({ PROMETHEUS__ENABLED: 'false' });
  expect((await service.api.call('/metrics')).status).toBe(404);
  const dataset = await service.api.uploadFile('wine_train.csv');
  expect((await service.api.train(dataset.dataset_id)).status).toBe('succeeded');
});

test('bug 18: with a metrics token a scrape without it gets 401 as problem+json', async () => {
  await using service = await startDeployed({ PROMETHEUS__BEARER_TOKEN: 'scrape-me' });
  const without = await service.api.call('/metrics');
  expect(without.headers.get('www-authenticate')).toMatch(/^Bearer /);
  await expectProblem(without, 401, 'unauthorized');
  for (const token of ['scrape-m', 'scrape-mee', 'scrape me'])
    await expectProblem(await client(service.origin, token).call('/metrics'), 401, 'unauthorized');
  expect((await client(service.origin, 'scrape-me').call('/metrics')).status).toBe(200);
});
