import { type Kysely, sql } from 'kysely';

/** Predictions that wait for what really happened, and what did; they go with their model. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table kept_predictions (
      key text not null,
      artifact_id uuid not null references artifacts on delete cascade,
      predicted_at timestamptz not null,
      class integer,
      value double precision not null,
      actual_at timestamptz,
      actual_class integer,
      actual_value double precision,
      primary key (key, artifact_id)
    )`.execute(db);
  await sql`create index kept_predictions_of_model on kept_predictions (artifact_id, predicted_at, key)`.execute(
    db,
  );
  await sql`create index kept_predictions_age on kept_predictions (predicted_at)`.execute(db);
}
