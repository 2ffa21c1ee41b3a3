import { type Kysely, sql } from 'kysely';

/** A list in the order of creation, as a whole and of what has a value of a column. */
const listed = (table: string, created: string, filters: readonly string[]) => [
  `${table}_created on ${table} (owner, ${created}, id)`,
  ...filters.map((filter) => `${table}_by_${filter} on ${table} (owner, ${filter}, ${created}, id)`),
];

/** A table's other orders; each key as the list has it (src/domain). */
const sorted = (table: string, keys: Readonly<Record<string, string>>) =>
  Object.entries(keys).map(([name, key]) => `${table}_sorted_by_${name} on ${table} (owner, (${key}), id)`);

const INDEXES = [
  ...listed('datasets', 'created_at', ['mode', 'format']),
  ...sorted('datasets', { name: 'name', size: 'size_bytes', rows: 'rows' }),
  ...listed('training_runs', 'queued_at', ['dataset_id', 'status', 'target', 'task', 'mode']),
  ...sorted('training_runs', {
    finished_at: `coalesce(finished_at, 'infinity')`,
    duration: `coalesce(finished_at - started_at, interval '0')`,
  }),
  ...listed('artifacts', 'created_at', ['dataset_id', 'target', 'task', 'mode']),
  ...sorted('artifacts', { size: 'size_bytes' }),
];

/** Each sort and each filter of a list finds its page by an index, however many rows there are. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index ${index}`).execute(db);
  // What lists were in the order of; the retention of artifacts still is.
  await sql`drop index datasets_owned, training_runs_owned`.execute(db);
}
