import type { Mode } from '../../vocabulary/modes.ts';
import { MODES } from '../../vocabulary/modes.ts';
import { QUEUE_STATES, type QueueState } from '../../vocabulary/runs.ts';
import { within } from '../../within.ts';
import { catalogueMeter } from './catalogue-meter.ts';

/** What the database says now. Times are seconds since 1970, 0: never. */
export interface StoredState {
  readonly datasets: number;
  readonly storedBytes: number;
  /** Past their TTL and not yet removed. */
  readonly expiredDatasets: number;
  readonly queue: Readonly<Record<QueueState, number>>;
  /** 0 when nothing waits. */
  readonly oldestQueuedAgeSeconds: number;
  readonly lastTrainingSuccess: Readonly<Record<Mode, number>>;
  readonly lastTtlSuccess: number;
}

const READ_LIMIT_MS = 1000;

/**
 * The gauges that are read from the database: one read for each collection, so that they agree with each other. A
 * read that fails or takes longer than 1 s leaves them out of that scrape, which tells the truth where the last
 * values would not, and is counted; the rest of the scrape is not held up.
 */
export function registerStoredStateGauges(
  read: () => Promise<StoredState>,
  prefix: string,
  limitMs = READ_LIMIT_MS,
): void {
  const meter = catalogueMeter(prefix);
  const failures = meter.counter('databaseReadFailures');
  const datasets = meter.observableGauge('datasets');
  const stored = meter.observableGauge('datasetStored');
  const expired = meter.observableGauge('ttlExpiredDatasets');
  const queueDepth = meter.observableGauge('trainingQueueDepth');
  const oldestAge = meter.observableGauge('trainingQueueOldestAge');
  const lastTrainingSuccess = meter.observableGauge('trainingLastSuccess');
  const lastTtlSuccess = meter.observableGauge('ttlLastSuccess');
  const readInTime = oneAtATime(read, limitMs);

  meter.observe(
    [datasets, stored, expired, queueDepth, oldestAge, lastTrainingSuccess, lastTtlSuccess],
    async (result) => {
      const reading = await readInTime();
      if (reading === undefined) {
        failures(1, {});
        return;
      }
      result.observe(datasets, reading.datasets);
      result.observe(stored, reading.storedBytes);
      result.observe(expired, reading.expiredDatasets);
      for (const state of QUEUE_STATES) result.observe(queueDepth, reading.queue[state], { state });
      result.observe(oldestAge, reading.oldestQueuedAgeSeconds);
      for (const mode of MODES)
        result.observe(lastTrainingSuccess, reading.lastTrainingSuccess[mode], { mode });
      result.observe(lastTtlSuccess, reading.lastTtlSuccess);
    },
  );
}

/**
 * @returns a reader that gives undefined for a read that failed or was too slow; while a slow one is still under
 *   way it does not pile another on it
 */
function oneAtATime<T>(read: () => Promise<T>, limitMs: number): () => Promise<T | undefined> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= Promise.try(read).finally(() => {
      underWay = undefined;
    });
    return within(underWay, limitMs).catch(() => undefined);
  };
}
