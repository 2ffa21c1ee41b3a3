import { type Kysely, type QueryResult, sql } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import { DRIFT_WINDOWS, HOUR_MS, WINDOW_MS } from '../../../vocabulary/windows.ts';

import { cutoff, type TtlPolicy } from '../../expiry/policy.ts';

/** Rows deleted by one statement: locks are short, and a crash loses little. */
const BATCH = 5000;
/** No window asks for older hours. */
const KEPT_HOURS_MS = Math.max(...DRIFT_WINDOWS.map((window) => WINDOW_MS[window])) + HOUR_MS;

/** Removes what was noted of predictions and is not asked for any more, until none is left or the signal says to stop. */
export type RemoveOldNotes = (stop: AbortSignal) => Promise<void>;

/** @param predictions how long they are kept to be told the outcome of */
export function createRemoveOldNotes(db: Kysely<Schema>, predictions: TtlPolicy): RemoveOldNotes {
  return async (stop) => {
    const now = new Date();
    await removeAll(stop, () => removeHours(db, new Date(now.getTime() - KEPT_HOURS_MS)));
    const before = cutoff(predictions, now);
    if (before) await removeAll(stop, () => removePredictions(db, before));
  };
}

async function removeAll(stop: AbortSignal, removeBatch: () => Promise<QueryResult<unknown>>): Promise<void> {
  for (;;) {
    const { numAffectedRows = 0n } = await removeBatch();
    if (numAffectedRows < BATCH || stop.aborted) return;
  }
}

const removeHours = (db: Kysely<Schema>, before: Date) =>
  sql`
    delete from input_counts where (artifact_id, hour) in (
      select artifact_id, hour from input_counts where hour < ${before} order by hour limit ${BATCH}
    )`.execute(db);

const removePredictions = (db: Kysely<Schema>, before: Date) =>
  sql`
    delete from kept_predictions where (key, artifact_id) in (
      select key, artifact_id from kept_predictions where predicted_at < ${before}
      order by predicted_at limit ${BATCH}
    )`.execute(db);
