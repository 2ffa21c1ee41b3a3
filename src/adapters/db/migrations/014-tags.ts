import { type Kysely, sql } from 'kysely';

/** When a row was made; of models there are few, and they need no index. */
const TABLES = {
  datasets: 'created_at',
  training_runs: 'queued_at',
  artifacts: 'created_at',
  models: undefined,
};

/** What people write on things to find them again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, created] of Object.entries(TABLES)) {
    const table = sql.table(name);
    await sql`alter table ${table} add column tags jsonb not null default '{}', add column note text`.execute(
      db,
    );
    if (created !== undefined)
      await sql`
        create index ${sql.ref(`${name}_tagged`)} on ${table} (owner, ${sql.ref(created)}, id)
        where tags <> '{}'`.execute(db);
  }
}
