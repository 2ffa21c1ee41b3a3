import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import { DRIFT_WINDOWS, HOUR_MS, WINDOW_MS } from '../../../vocabulary/windows.ts';

/** Rows deleted by one statement: locks are short, and a crash loses little. */
const BATCH = 5000;
/** No window asks for older hours. */
const KEPT_HOURS_MS = Math.max(...DRIFT_WINDOWS.map((window) => WINDOW_MS[window])) + HOUR_MS;

/** Removes what was noted of predictions and is not asked for any more, until none is left or the signal says to stop. */
export type RemoveOldNotes = (stop: AbortSignal) => Promise<void>;

export function createRemoveOldNotes(db: Kysely<Schema>): RemoveOldNotes {
  return async (stop) => {
    const before = new Date(Date.now() - KEPT_HOURS_MS);
    for (;;) {
      const { numAffectedRows = 0n } = await sql`
        delete from input_counts where (artifact_id, hour) in (
          select artifact_id, hour from input_counts where hour < ${before} order by hour limit ${BATCH}
        )`.execute(db);
      if (numAffectedRows < BATCH || stop.aborted) return;
    }
  };
}
