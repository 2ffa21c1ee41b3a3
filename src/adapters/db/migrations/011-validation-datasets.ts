import { type Kysely, sql } from 'kysely';

/** The dataset that a run is measured on, which stays as long as the run uses it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table training_runs add column validation_dataset_id uuid`.execute(db);
  await sql`
    create index training_runs_validating on training_runs (validation_dataset_id)
    where validation_dataset_id is not null and status in ('queued', 'running')`.execute(db);
}
