import { type Kysely, sql } from 'kysely';

/** Trends of a dataset, or of a task, are found by it, however many others there are. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, column] of [
    ['dataset', 'dataset_id'],
    ['task', 'task'],
  ] as const)
    await sql`
      create index ${sql.ref(`training_runs_${name}_success`)} on training_runs
        (owner, ${sql.ref(column)}, finished_at, id) where status = 'succeeded'`.execute(db);
}
