/**
 * Scrape latency with the service idle and while it trains at full load, in one run.
 * `node bench/scrape-under-load.ts [scrapes]`, 200 by default.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { noisyTable } from '../test/support/noisy-table.ts';
import { type Service, startService } from '../test/support/service.ts';

const PAUSE_MS = 25;
const SCRAPES = Number(process.argv[2] ?? 200);

/** Milliseconds of each scrape; ends early when `whileTrue` does not hold any more. */
async function scrapes(service: Service, whileTrue: () => Promise<boolean>): Promise<number[]> {
  const took: number[] = [];
  while (took.length < SCRAPES && (took.length % 20 !== 0 || (await whileTrue()))) {
    const start = performance.now();
    await service.api.metrics();
    took.push(performance.now() - start);
    await delay(PAUSE_MS);
  }
  return took.sort((a, b) => a - b);
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
const row = (name: string, took: readonly number[]) =>
  `${name.padEnd(18)} ${[0.5, 0.95, 0.99, 1].map((q) => `${quantile(took, q).toFixed(1)} ms`.padStart(9)).join(' ')}  ${took.length} scrapes\n`;

const root = await mkdtemp(join(tmpdir(), 'mlops-bench-'));
try {
  await using service = await startService(root, { TRAINING__CONCURRENCY: '2' });
  const { api } = service;
  const dataset = await api.upload('noise.csv', noisyTable({ rows: 60_000, columns: 60, classes: 8 }));
  for (let i = 0; i < 20; i++) await api.metrics();
  const idle = await scrapes(service, async () => true);

  const body = { dataset_id: dataset.dataset_id, mode: 'heavy' };
  const runs = await Promise.all(
    [1, 2].map(async () => api.json<{ id: string }>(await api.post('/training-runs', body))),
  );
  const status = async () => (await Promise.all(runs.map(({ id }) => api.run(id)))).map((run) => run.status);
  while (!(await status()).every((state) => state === 'running')) await delay(50);
  const loaded = await scrapes(service, async () => (await status()).includes('running'));

  process.stdout.write(
    `${' '.repeat(18)} ${['p50', 'p95', 'p99', 'max'].map((name) => name.padStart(9)).join(' ')}\n`,
  );
  process.stdout.write(row('idle', idle) + row('two trainings', loaded));
  process.stdout.write(`p99 ratio ${(quantile(loaded, 0.99) / quantile(idle, 0.99)).toFixed(2)}\n`);
  await Promise.all(runs.map(({ id }) => api.call(`/training-runs/${id}/cancel`, { method: 'POST' })));
} finally {
  await rm(root, { recursive: true, force: true });
}
