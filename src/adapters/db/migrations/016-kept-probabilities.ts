import { type Kysely, sql } from 'kysely';

/** Between more classes than two, the probability of the one predicted does not say how likely the others were. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table kept_predictions add column probabilities bytea`.execute(db);
}
