import { type Kysely, sql } from 'kysely';

/** The points that models are judged by; of those before it nothing is known. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table artifacts add column evaluation json`.execute(db);
}
