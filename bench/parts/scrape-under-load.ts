import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { noisyTable } from '../../test/support/noisy-table.ts';
import { type Service, startService } from '../../test/support/service.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { load } from '../load.ts';
import { type Measured, over, type Part, type Ratio, type Series } from '../part.ts';
import { quantile } from '../statistics.ts';

const PAUSE_MS = 25;

/** As Prometheus asks; what is sent is not unpacked, since that is not the service's time. */
const HEADERS = { accept: 'application/openmetrics-text;version=1.0.0', 'accept-encoding': 'gzip' };

/** Milliseconds of each of so many scrapes, until the last byte is here. */
async function scrapes(service: Service, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const took: number[] = [];
  while (took.length < count) {
    const start = performance.now();
    const request = get(`${service.origin}/metrics`, { agent, headers: HEADERS });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`a scrape was answered with ${response.statusCode}`);
    await once(response.resume(), 'end');
    took.push(performance.now() - start);
    await delay(PAUSE_MS);
  }
  agent.destroy();
  return took;
}

/** So many rounds with nobody there, then so many under load. */
async function measure(env: Record<string, string>, rounds: number, perRound: number) {
  await using root = await storageRoot();
  await using service = await startService(root.path, { TRAINING__CONCURRENCY: '2', ...env });
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
  return { idle, loaded };
}

const at = (all: readonly number[][], share: number) => all.map((took) => quantile(took, share));

/** What a service says that has been asked much, and one whose labels are hardly bounded. */
const SERVICES = {
  '': {},
  ', 10,000 series': { NODE_OPTIONS: `--import ${new URL('../many-series.ts', import.meta.url).href}` },
};

export const part: Part = {
  about:
    'How long a scrape takes with the service idle, and while two heavy trainings run and 32 connections load the API: with the series that the service has, and with ten thousand more.',
  async run({ quick }): Promise<Measured> {
    const figures: Series[] = [];
    const ratios: Ratio[] = [];
    for (const [of, env] of Object.entries(SERVICES)) {
      const { idle, loaded } = await measure(env, quick ? 2 : 5, quick ? 20 : 100);
      figures.push(
        { name: `scrape p50, idle${of}`, unit: 'ms', values: at(idle, 0.5) },
        { name: `scrape p99, idle${of}`, unit: 'ms', values: at(idle, 0.99) },
        { name: `scrape p50, under load${of}`, unit: 'ms', values: at(loaded, 0.5) },
        { name: `scrape p99, under load${of}`, unit: 'ms', values: at(loaded, 0.99), aim: { atMost: 25 } },
      );
      ratios.push({
        name: `scrape p50, under load / idle${of}`,
        better: 'lower',
        values: over(at(loaded, 0.5), at(idle, 0.5)),
      });
    }
    return { figures, ratios };
  },
};
