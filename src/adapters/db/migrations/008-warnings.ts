import { type Kysely, sql } from 'kysely';

/** What is odd about datasets and runs; of those before it nothing is known. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table datasets add column warnings json not null default '[]'`.execute(db);
  await sql`alter table training_runs add column warnings json not null default '[]'`.execute(db);
}
