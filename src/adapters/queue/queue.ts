import type { Transaction } from 'kysely';
import { fromKysely, PgBoss } from 'pg-boss';
import type { CarriedTrace } from '../../telemetry/carried-trace.ts';
import type { Logger } from '../../telemetry/log/events.ts';
import { thinLog } from '../../telemetry/log/thin-log.ts';
import type { Database } from '../db/database.ts';
import type { Schema } from '../db/schema.ts';
import { processing, sending } from './message-spans.ts';

const TRAINING = 'training';
const CLEAN_UP = 'dataset-clean-up';

/** A worker that stops answering is missed after this long, and its job given to another. pg-boss takes no less. */
const HEARTBEAT_SECONDS = 10;
const QUEUE_OPTIONS = { heartbeatSeconds: HEARTBEAT_SECONDS, notify: true, retryDelay: 1 };
const WORK_OPTIONS = {
  heartbeatRefreshSeconds: 1,
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 1,
};
/** How often an attempt is made again is the run's own affair; the queue only must not give up before. */
const NO_RETRY_LIMIT = 10_000;
const DAY_SECONDS = 86_400;
/** A run waits as long as it must; pg-boss would throw its job away after two weeks. */
const KEEP_WAITING_SECONDS = 3650 * DAY_SECONDS;
/** A run is remembered by its own row. Its job, once done, would only be counted every second with the others. */
const KEEP_DONE_SECONDS = 60;
const DELETE_DONE_EVERY_SECONDS = 600;
/** Timers with a longer delay fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** A job that throws is delivered again; one that resolves is done. */
export type JobHandler<Payload> = (payload: Payload, signal: AbortSignal) => Promise<void>;

export interface TrainingJob {
  readonly runId: string;
}

/** As the queue keeps it; one from before there was a context has none. */
type TrainingMessage = TrainingJob & { readonly context?: CarriedTrace };

export interface Queue {
  /** Enqueues with the transaction that wrote the run: both or neither. */
  enqueueTraining(trx: Transaction<Schema>, job: TrainingJob): Promise<void>;
  cancelTraining(runId: string): Promise<void>;
  workTraining(concurrency: number, handler: JobHandler<TrainingJob>): Promise<void>;
  /** Runs `handler` every `intervalSeconds`, at once the first time, one at a time however many processes ask. */
  workCleanUp(intervalSeconds: number, handler: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** Takes no more jobs; waits for those under way, whose handlers must end within the time. */
  stop(timeoutMs: number): Promise<void>;
}

export async function openQueue(
  db: Database,
  role: 'all' | 'api' | 'worker',
  logger: Logger,
): Promise<Queue> {
  const boss = new PgBoss({
    ...db.queueOptions,
    schema: 'pgboss',
    useListenNotify: true,
    supervise: role !== 'api',
    // Lost workers are looked for.
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
    maintenanceIntervalSeconds: DELETE_DONE_EVERY_SECONDS,
    schedule: false,
    registerInstance: false,
    // Its own metrics say of the queue what ours say of the runs, in four times as many series.
    openTelemetry: { enabled: false },
  });
  const log = thinLog(logger);
  boss.on('error', (error) =>
    log((error as NodeJS.ErrnoException).code ?? error.name, 'error', { err: error }, 'queue error'),
  );
  boss.on('warning', (warning) => logger.warn({ cause: warning.message }, 'queue warning'));
  await boss.start();
  await boss.createQueue(TRAINING, { ...QUEUE_OPTIONS, retryLimit: NO_RETRY_LIMIT });
  await boss.createQueue(CLEAN_UP, { ...QUEUE_OPTIONS, policy: 'stately', retryLimit: 2 });

  const timers: NodeJS.Timeout[] = [];

  return {
    async enqueueTraining(trx, job) {
      await sending(TRAINING, job.runId, (context) => {
        const message: TrainingMessage = { ...job, context };
        return boss.send(TRAINING, message, {
          id: job.runId,
          db: fromKysely(trx),
          expireInSeconds: DAY_SECONDS - 1,
          retentionSeconds: KEEP_WAITING_SECONDS,
          deleteAfterSeconds: KEEP_DONE_SECONDS,
          retryLimit: NO_RETRY_LIMIT,
        });
      });
    },

    async cancelTraining(runId) {
      await boss.cancel(TRAINING, runId);
    },

    async workTraining(concurrency, handler) {
      const workId = await boss.work<TrainingMessage>(
        TRAINING,
        { ...WORK_OPTIONS, localConcurrency: concurrency },
        async ([job]) => {
          if (!job) return;
          const { context = {}, ...data } = job.data;
          await processing(TRAINING, job.id, context, () => handler(data, job.signal));
          // With notifications on, a worker otherwise waits out its polling interval between two jobs.
          boss.notifyWorker(workId);
        },
      );
    },

    async workCleanUp(intervalSeconds, handler) {
      await boss.work(CLEAN_UP, WORK_OPTIONS, async ([job]) => {
        if (job) await processing(CLEAN_UP, job.id, {}, () => handler(job.signal));
      });
      // One job per slot of the interval, whoever asks first.
      const ask = () =>
        boss
          .send(CLEAN_UP, null, { singletonSeconds: intervalSeconds })
          .catch((error: unknown) => logger.error({ err: error }, 'clean-up could not be queued'));
      await ask();
      timers.push(setInterval(ask, Math.min(intervalSeconds * 1000, MAX_DELAY_MS)));
    },

    async stop(timeoutMs) {
      for (const timer of timers) clearInterval(timer);
      await boss.stop({ graceful: true, timeout: timeoutMs });
    },
  };
}
