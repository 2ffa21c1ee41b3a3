import { type Kysely, sql } from 'kysely';

/** Documents are megabytes each, so few are in memory at a time. */
const BATCH = 20;
const LONG = ['confusion_matrix', 'classes', 'feature_importances', 'excluded', 'search'];

interface Row {
  readonly id: string;
  readonly metrics: Record<string, unknown>;
}
interface ArtifactRow extends Row {
  readonly card: { readonly columns: unknown };
}

/** Read here, not by SQL: its JSON operators fail on a class label that holds an escaped NUL. */
const summaryOf = ({ metrics }: Row) =>
  JSON.stringify(Object.fromEntries(Object.entries(metrics).filter(([name]) => !LONG.includes(name))));

async function* batches<T extends Row>(read: (after: string) => Promise<{ rows: T[] }>): AsyncGenerator<T> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const { rows } = await read(after);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}

/** What lists show, beside the documents that it is a small part of. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table training_runs add column metrics_summary json`.execute(db);
  await sql`alter table artifacts add column metrics_summary json, add column inputs json`.execute(db);

  for await (const run of batches((after) =>
    sql<Row>`
      select id, metrics from training_runs
      where metrics is not null and id > ${after}::uuid order by id limit ${BATCH}`.execute(db),
  ))
    await sql`update training_runs set metrics_summary = ${summaryOf(run)}::json where id = ${run.id}::uuid`.execute(
      db,
    );

  for await (const artifact of batches((after) =>
    sql<ArtifactRow>`
      select id, metrics, card from artifacts where id > ${after}::uuid order by id limit ${BATCH}`.execute(
      db,
    ),
  ))
    await sql`
      update artifacts set
        metrics_summary = ${summaryOf(artifact)}::json,
        inputs = ${JSON.stringify(artifact.card.columns)}::json
      where id = ${artifact.id}::uuid`.execute(db);

  await sql`
    alter table artifacts
      alter column metrics_summary set not null,
      alter column inputs set not null`.execute(db);
}
