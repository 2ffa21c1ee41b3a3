import { type Kysely, sql } from 'kysely';

/** What each attempt at a run did and when; of runs before it nothing is known. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table training_attempts (
      run_id uuid not null references training_runs on delete cascade,
      started_at timestamptz not null,
      attempt integer not null,
      ended_at timestamptz,
      outcome text,
      error_type text,
      stages json not null default '[]',
      primary key (run_id, started_at)
    )`.execute(db);
}
