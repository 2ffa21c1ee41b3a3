import { type Kysely, sql } from 'kysely';

/** What models were asked about, by the hour; goes with its model. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table input_counts (
      artifact_id uuid not null references artifacts on delete cascade,
      hour timestamptz not null,
      rows bigint not null,
      bins bigint[] not null,
      primary key (artifact_id, hour)
    )`.execute(db);
  await sql`create index input_counts_hour on input_counts (hour)`.execute(db);
}
