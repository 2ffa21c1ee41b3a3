import { type Kysely, sql } from 'kysely';

/** Finds what the retention may remove. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index training_runs_ended on training_runs (finished_at)
    where finished_at is not null and artifact_id is null`.execute(db);
}
