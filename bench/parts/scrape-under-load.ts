import { setTimeout as delay } from 'node:timers/promises';
import { noisyTable } from '../../test/support/noisy-table.ts';
import { type Service, startService } from '../../test/support/service.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { load } from '../load.ts';
import { type Measured, over, type Part } from '../part.ts';
import { quantile } from '../statistics.ts';

const PAUSE_MS = 25;

/** Milliseconds of each of so many scrapes. */
async function scrapes(service: Service, count: number): Promise<number[]> {
  const took: number[] = [];
  while (took.length < count) {
    const start = performance.now();
    await service.api.metrics();
    took.push(performance.now() - start);
    await delay(PAUSE_MS);
  }
  return took;
}

export const part: Part = {
  about:
    'How long a scrape takes with the service idle, and while two heavy trainings run and 32 connections load the API.',
  async run({ quick }): Promise<Measured> {
    const rounds = quick ? 2 : 5;
    const perRound = quick ? 20 : 100;
    await using root = await storageRoot();
    await using service = await startService(root.path, { TRAINING__CONCURRENCY: '2' });
    const { api } = service;
    const dataset = await api.upload('noise.csv', noisyTable({ rows: 60_000, columns: 60, classes: 8 }));
    await scrapes(service, 20);
    const idle: number[][] = [];
    for (let round = 0; round < rounds; round++) idle.push(await scrapes(service, perRound));

    const body = { dataset_id: dataset.dataset_id, mode: 'heavy' };
    const start = async () => api.json<{ id: string }>(await api.post('/training-runs', body));
    const loaded: number[][] = [];
    for (let round = 0; round < rounds; round++) {
      const runs = [await start(), await start()];
      const states = async () =>
        (await Promise.all(runs.map(({ id }) => api.run(id)))).map(({ status }) => status);
      while (!(await states()).every((state) => state === 'running')) await delay(50);
      const seconds = Math.ceil((perRound * PAUSE_MS) / 1000);
      const loading = load(`${service.origin}/api/health`, seconds);
      loaded.push(await scrapes(service, perRound));
      await loading;
      await Promise.all(runs.map(({ id }) => api.call(`/training-runs/${id}/cancel`, { method: 'POST' })));
      await Promise.all(runs.map(({ id }) => api.ended(id)));
    }
    const at = (all: readonly number[][], share: number) => all.map((took) => quantile(took, share));
    return {
      figures: [
        { name: 'scrape p50, idle', unit: 'ms', values: at(idle, 0.5) },
        { name: 'scrape p99, idle', unit: 'ms', values: at(idle, 0.99) },
        { name: 'scrape p50, under load', unit: 'ms', values: at(loaded, 0.5) },
        { name: 'scrape p99, under load', unit: 'ms', values: at(loaded, 0.99), aim: { atMost: 25 } },
      ],
      ratios: [
        {
          name: 'scrape p50, under load / idle',
          better: 'lower',
          values: over(at(loaded, 0.5), at(idle, 0.5)),
        },
      ],
    };
  },
};
