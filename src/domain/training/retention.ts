import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { TrainingInstruments } from '../../telemetry/instruments/training.ts';
import { cutoff } from '../expiry/policy.ts';

/** Rows deleted by one statement: locks are short, and a crash loses little. */
const BATCH = 500;

/**
 * Removes runs that ended longer ago than they are kept, until none is left or the signal says to stop. A run stays
 * as long as its model, and of each owner and mode the newest success does, which says when there last was one.
 *
 * @returns how many went
 */
export type RemoveEndedRuns = (stop: AbortSignal) => Promise<number>;

interface RetentionDeps {
  readonly db: Kysely<Schema>;
  /** 0: runs are kept for ever. */
  readonly days: number;
  readonly metrics: TrainingInstruments;
}

async function removeBatch(db: Kysely<Schema>, endedBefore: Date): Promise<number> {
  const removed = await db
    .deleteFrom('training_runs')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('training_runs as run')
        .select('run.id')
        .where('run.finished_at', '<', endedBefore)
        .where('run.artifact_id', 'is', null)
        .where(({ eb, or, exists, selectFrom }) =>
          or([
            eb('run.status', '<>', 'succeeded'),
            exists(
              selectFrom('training_runs as newer')
                .select('newer.id')
                .whereRef('newer.owner', '=', 'run.owner')
                .whereRef('newer.mode', '=', 'run.mode')
                .where('newer.status', '=', 'succeeded')
                .whereRef('newer.finished_at', '>', 'run.finished_at'),
            ),
          ]),
        )
        .orderBy('run.finished_at')
        .limit(BATCH),
    )
    .executeTakeFirstOrThrow();
  return Number(removed.numDeletedRows);
}

export function createRemoveEndedRuns({ db, days, metrics }: RetentionDeps): RemoveEndedRuns {
  return async (stop) => {
    const endedBefore = cutoff({ days }, new Date());
    if (!endedBefore) return 0;
    let total = 0;
    for (;;) {
      const removed = await removeBatch(db, endedBefore);
      metrics.removed(removed);
      total += removed;
      if (removed < BATCH || stop.aborted) return total;
    }
  };
}
