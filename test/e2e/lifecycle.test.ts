import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { client, eventually } from '../support/client.ts';
import { noisyTable } from '../support/noisy-table.ts';
import { expectProblem } from '../support/problem.ts';
import { runMain, startService } from '../support/service.ts';
import { storageRoot } from '../support/storage-root.ts';

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
  await using root = await storageRoot();
  await using first = await startService(root.path);
  const second = startService(root.path);
  await expect(second).rejects.toThrow(`in use by process ${first.process.pid}:`);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s while idle: exit code 0', async (signal) => {
  await using root = await storageRoot();
  await using service = await startService(root.path);
  expect(await service.stop(signal)).toBe(0);
  expect(service.log.at(-1)?.['msg']).toBe('stopped');
});

test('SIGTERM in the middle of a training hands the run back; the next start finishes it, the attempt uncounted', async () => {
  await using root = await storageRoot();
  await using first = await startService(root.path);
  const dataset = await first.api.upload('noise.csv', noisyTable());
  const queued = await first.api.post('/training-runs', {
    dataset_id: dataset.dataset_id,
    mode: 'heavy',
    params: { max_trials: 1 },
  });
  const { id } = await first.api.json<{ id: string }>(queued);
  await eventually(async () => (await first.api.run(id)).status === 'running');
  expect(await first.stop('SIGTERM')).toBe(0);

  await using second = await startService(root.path);
  const run = await second.api.ended(id);
  expect(run.status).toBe('succeeded');
  expect(run['attempt']).toBe(1);
});

test('a second signal ends the process at once', async () => {
  await using root = await storageRoot();
  await using service = await startService(root.path);
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
  await using root = await storageRoot();
  await using service = await startService(root.path);
  const upload = request(`${service.origin}/api/ml/v1/datasets/upload?name=a.csv`, { method: 'POST' });
  upload.write('a,b\n1,2\n');
  await eventually(async () =>
    (await service.api.metrics()).includes('http_server_active_requests{http_request_method="POST"} 1'),
  );
  const stopped = service.stop('SIGTERM');
  await eventually(async () => service.log.some((entry) => entry['msg'] === 'stopping'));
  upload.end('3,4\n5,6\n');
  const [response] = (await once(upload, 'response')) as [{ statusCode: number }];
  expect(response.statusCode).toBe(201);
  expect(await stopped).toBe(0);
});

test('with metrics off the path answers 404 and the service works', async () => {
  await using root = await storageRoot();
  await using service = await startService(root.path, { PROMETHEUS__ENABLED: 'false' });
  expect((await service.api.call('/metrics')).status).toBe(404);
  const dataset = await service.api.uploadFile('wine_train.csv');
  expect((await service.api.train(dataset.dataset_id)).status).toBe('succeeded');
});

test('bug 18: with a metrics token a scrape without it gets 401 as problem+json', async () => {
  await using root = await storageRoot();
  await using service = await startService(root.path, { PROMETHEUS__BEARER_TOKEN: 'scrape-me' });
  const without = await service.api.call('/metrics');
  expect(without.headers.get('www-authenticate')).toMatch(/^Bearer /);
  await expectProblem(without, 401, 'unauthorized');
  for (const token of ['scrape-m', 'scrape-mee', 'scrape me'])
    await expectProblem(await client(service.origin, token).call('/metrics'), 401, 'unauthorized');
  expect((await client(service.origin, 'scrape-me').call('/metrics')).status).toBe(200);
});
