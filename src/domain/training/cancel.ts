import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { Queue } from '../../adapters/queue/queue.ts';
import { AppError } from '../../errors.ts';
import type { TrainingInstruments } from '../../telemetry/instruments/training.ts';
import type { Logger } from '../../telemetry/log/events.ts';
import { describeSpan } from '../../telemetry/span.ts';
import { announced, getRun, hasEnded, type TrainingRun } from './repository.ts';

/**
 * Ends a waiting run at once and asks the worker of a running one to stop.
 * @throws {AppError} `not_found`; `conflict` when it has ended
 */
export type CancelTraining = (owner: string, id: string) => Promise<TrainingRun>;

interface CancelDeps {
  readonly db: Kysely<Schema>;
  readonly queue: Queue;
  readonly metrics: TrainingInstruments;
  readonly logger: Logger;
}

export function createCancelTraining({ db, queue, metrics, logger }: CancelDeps): CancelTraining {
  return async (owner, id) => {
    await getRun(db, owner, id);
    describeSpan({ 'mlops.run.id': id });
    const now = new Date();
    const run = await db.transaction().execute(async (trx) => {
      const { status } = await trx
        .selectFrom('training_runs')
        .select('status')
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirstOrThrow();
      if (hasEnded(status)) throw new AppError('conflict', `The run has already ended (${status}).`);
      return await trx
        .updateTable('training_runs')
        .set(
          status === 'queued'
            ? { status: 'cancelled', cancel_requested_at: now, finished_at: now }
            : { cancel_requested_at: now },
        )
        .where('id', '=', id)
        .returningAll()
        .returning(announced)
        .executeTakeFirstOrThrow();
    });
    if (run.status === 'cancelled') {
      metrics.cancelled({ mode: run.mode, task: run.task });
      logger.info({ run: id, mode: run.mode }, 'training cancelled');
      await queue.cancelTraining(id);
    }
    return run;
  };
}
