import { expect, test } from 'vitest';
import { alive, descendants, postmaster } from '../adapters/db/embedded/processes.ts';
import { eventually } from '../support/client.ts';
import { sample } from '../support/exposition.ts';
import { startService } from '../support/service.ts';
import { usedRoot } from '../support/used-root.ts';

const ready = async (service: { api: { call(path: string): Promise<Response> } }) =>
  (await service.api.call('/api/ready')).status;

test('kill -9 of the service takes its database down with it; the next start has everything', async () => {
  await using root = await usedRoot();
  let id: string;
  {
    await using service = await startService(root.path);
    id = (await service.api.uploadFile('wine_train.csv')).dataset_id;
    const processes = descendants(service.process.pid as number);
    expect(postmaster(processes)).toBeGreaterThan(0);
    await service.stop('SIGKILL');
    await eventually(async () => alive(processes).length === 0);
  }
  await using service = await startService(root.path);
  expect((await service.api.call(`/datasets/${id}`)).status).toBe(200);
});

test('an orderly stop leaves no process, and complains of nothing', async () => {
  await using root = await usedRoot();
  await using service = await startService(root.path);
  const processes = descendants(service.process.pid as number);
  expect(await service.stop('SIGTERM')).toBe(0);
  expect(alive(processes)).toEqual([]);
  expect(service.log.filter(({ level }) => (level as number) > 30)).toEqual([]);
});

test('a database that dies makes the service unready, and comes back by itself: uploads and trainings go on', async () => {
  await using root = await usedRoot();
  await using service = await startService(root.path);
  expect(await ready(service)).toBe(200);
  const dataset = await service.api.uploadFile('wine_train.csv');
  const said = (text: string) => service.log.some(({ msg }) => msg === text);
  const seen: number[] = [];
  process.kill(postmaster(descendants(service.process.pid as number)), 'SIGKILL');
  while (!said('the embedded database is back') || seen.at(-1) !== 200) seen.push(await ready(service));
  expect(new Set(seen)).toContain(503);
  expect(said('the embedded database ended by itself, starting it again')).toBe(true);
  expect((await service.api.train(dataset.dataset_id)).status).toBe('succeeded');
  expect(await service.stop('SIGTERM')).toBe(0);
});

test('api and worker processes share the embedded database of whoever is first', async () => {
  await using root = await usedRoot();
  await using api = await startService(root.path, { ROLE: 'api' });
  await using worker = await startService(root.path, { ROLE: 'worker' });
  expect(worker.log.some(({ owner }) => owner === String(api.process.pid))).toBe(true);
  const dataset = await api.api.uploadFile('wine_train.csv');
  expect((await api.api.train(dataset.dataset_id)).status).toBe('succeeded');
  expect(sample(await worker.api.metrics(), 'mlops_backend_datasets')).toBe(1);

  // Without the owner the guest waits; when there is an owner again, it goes on.
  const port = new URL(api.origin).port;
  await api.stop('SIGKILL');
  await eventually(async () => (await ready(worker)) === 503);
  await using again = await startService(root.path, { ROLE: 'api', PORT: port });
  await eventually(async () => (await ready(worker)) === 200);
  expect((await again.api.train(dataset.dataset_id)).status).toBe('succeeded');
  expect(await worker.stop('SIGTERM')).toBe(0);
  expect(await again.stop('SIGTERM')).toBe(0);
});
