import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table training_runs
      add column waiting_since timestamptz,
      add column first_started_at timestamptz`.execute(db);
  await sql`
    update training_runs set
      waiting_since = queued_at,
      first_started_at = coalesce(started_at, case when attempt > 0 then queued_at end)`.execute(db);
  await sql`alter table training_runs alter column waiting_since set not null`.execute(db);
}
