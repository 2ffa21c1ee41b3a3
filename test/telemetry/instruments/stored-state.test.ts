import { beforeEach, expect, test, vi } from 'vitest';
import {
  registerStoredStateGauges,
  type StoredState,
} from '../../../src/telemetry/instruments/stored-state.ts';
import { startTestMeter } from '../test-meter.ts';

const READING: StoredState = {
  datasets: 4,
  storedBytes: 1_000_000,
  expiredDatasets: 2,
  queue: { queued: 3, running: 1, retrying: 0 },
  oldestQueuedAgeSeconds: 12.5,
  lastTrainingSuccess: { light: 1_790_000_000, heavy: 0 },
  lastTtlSuccess: 1_790_000_500,
};

const GAUGES = [
  'datasets',
  'dataset_stored_bytes',
  'dataset_ttl_expired_datasets',
  'training_queue_depth',
  'training_queue_oldest_age_seconds',
  'training_last_success_timestamp_seconds',
  'dataset_ttl_last_success_timestamp_seconds',
].map((name) => `mlops_backend_${name}`);
const FAILURES = 'mlops_backend_metrics_database_read_failures_total';

let meter: ReturnType<typeof startTestMeter>;
beforeEach(() => {
  meter = startTestMeter('mlops.backend');
});

test('every gauge shows what one read of the database says', async () => {
  const read = vi.fn(() => Promise.resolve(READING));
  registerStoredStateGauges(read, 'mlops.backend');

  const exposition = await meter.scrape();
  expect(read).toHaveBeenCalledTimes(1);
  const values = GAUGES.flatMap((name) =>
    exposition
      .samples(name)
      .map(({ labels: { mode, state }, value }) => `${name.slice(14)} ${mode ?? state ?? '-'} ${value}`),
  );
  expect(values).toEqual([
    'datasets - 4',
    'dataset_stored_bytes - 1000000',
    'dataset_ttl_expired_datasets - 2',
    'training_queue_depth queued 3',
    'training_queue_depth running 1',
    'training_queue_depth retrying 0',
    'training_queue_oldest_age_seconds - 12.5',
    'training_last_success_timestamp_seconds light 1790000000',
    'training_last_success_timestamp_seconds heavy 0',
    'dataset_ttl_last_success_timestamp_seconds - 1790000500',
  ]);
  expect(exposition.value(FAILURES)).toBe(0);
});

test.each([
  ['rejects', () => Promise.reject(new Error('no connection'))],
  [
    'throws',
    () => {
      throw new Error('no connection');
    },
  ],
])(
  'a read that %s leaves the gauges out of that scrape, is counted, and is forgotten after',
  async (_, fail) => {
    const read = vi.fn<() => Promise<StoredState>>(() => Promise.resolve(READING));
    registerStoredStateGauges(read, 'mlops.backend');
    await meter.scrape();

    read.mockImplementationOnce(fail);
    const failed = await meter.scrape();
    for (const name of GAUGES) expect(failed.families.has(name), name).toBe(false);
    expect(failed.value(FAILURES)).toBe(1);

    const recovered = await meter.scrape();
    for (const name of GAUGES) expect(recovered.families.has(name), name).toBe(true);
    expect(recovered.value(FAILURES)).toBe(1);
  },
);

test('a read that does not come back in time leaves the gauges out, and no second one is piled on it', async () => {
  const { promise, resolve } = Promise.withResolvers<StoredState>();
  const read = vi.fn(() => promise);
  registerStoredStateGauges(read, 'mlops.backend', 1);

  expect((await meter.scrape()).families.has('mlops_backend_datasets')).toBe(false);
  const second = await meter.scrape();
  expect(second.families.has('mlops_backend_datasets')).toBe(false);
  expect(second.value(FAILURES)).toBe(2);
  expect(read).toHaveBeenCalledTimes(1);

  resolve(READING);
  await promise;
  expect((await meter.scrape()).value('mlops_backend_datasets')).toBe(4);
});
