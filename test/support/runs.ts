import type { Insertable, Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema } from '../../src/adapters/db/schema.ts';

/** A run as it stands when it is requested, with these differences. */
export function queuedRun(
  changes: Partial<Insertable<Schema['training_runs']>> = {},
): Insertable<Schema['training_runs']> {
  const now = new Date();
  return {
    id: uuidv7(),
    owner: 'local',
    dataset_id: uuidv7(),
    mode: 'light',
    task: 'classification',
    target: 'target',
    seed: 42,
    params: '{}',
    status: 'queued',
    attempt: 0,
    progress: 0,
    queued_at: now,
    waiting_since: now,
    trace_context: '{}',
    request_hash: '',
    ...changes,
  };
}

/** Writes such a run, past all queues. */
export async function insertRun(
  db: Kysely<Schema>,
  changes: Partial<Insertable<Schema['training_runs']>> = {},
): Promise<string> {
  const run = queuedRun(changes);
  await db.insertInto('training_runs').values(run).execute();
  return run.id;
}
