import { type Kysely, type Selectable, sql } from 'kysely';
import { validate } from 'uuid';
import type { RunStatus, Schema } from '../../adapters/db/schema.ts';
import { AppError } from '../../errors.ts';
import { afterId, type Page, type PageRequest, toPage } from '../page.ts';

export type TrainingRun = Selectable<Schema['training_runs']>;

/** `pg_notify` channel; the payload is the id of a run that changed. */
export const RUN_CHANNEL = 'training_runs';

export const hasEnded = (status: RunStatus) => status !== 'queued' && status !== 'running';

/** @throws {AppError} `not_found` */
export async function getRun(db: Kysely<Schema>, owner: string, id: string): Promise<TrainingRun> {
  const run = validate(id)
    ? await db
        .selectFrom('training_runs')
        .selectAll()
        .where('id', '=', id)
        .where('owner', '=', owner)
        .executeTakeFirst()
    : undefined;
  if (!run) throw new AppError('not_found', 'There is no such training run.');
  return run;
}

export async function listRuns(
  db: Kysely<Schema>,
  owner: string,
  page: PageRequest,
): Promise<Page<TrainingRun>> {
  const after = afterId(page.cursor);
  const rows = await db
    .selectFrom('training_runs')
    .selectAll()
    .where('owner', '=', owner)
    .$if(after !== undefined, (query) => query.where('id', '<', after as string))
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return toPage(rows, page.limit);
}

/** Tells everyone who watches the run; inside a transaction, once it commits. */
export async function announceRun(db: Kysely<Schema>, id: string): Promise<void> {
  await sql`select pg_notify(${RUN_CHANNEL}, ${id})`.execute(db);
}
