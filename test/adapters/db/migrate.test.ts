import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { migrate } from '../../../src/adapters/db/migrate.ts';
import { createReadStoredState } from '../../../src/domain/stored-state.ts';
import { testDatabase } from '../../support/database.ts';

/** Takes the schema back to the first one, as older installations have it. */
const BACK = [
  'alter table training_runs drop column waiting_since, drop column first_started_at, drop column metrics_summary',
  'alter table training_runs drop column removed_artifact_id, drop column artifact_removed_at, drop column artifact_removed_by',
  'drop table input_counts, kept_predictions',
  'drop table model_aliases, model_versions, models, model_names, model_history',
  'alter table datasets drop column warnings, drop column tags, drop column note',
  'alter table training_runs drop column warnings, drop column validation_dataset_id, drop column tags, drop column note',
  'alter table artifacts drop column tags, drop column note',
  'alter table artifacts drop column metrics_summary, drop column inputs, drop column evaluation',
  'drop index datasets_created, datasets_by_mode, datasets_by_format, datasets_sorted_by_name, datasets_sorted_by_size, datasets_sorted_by_rows',
  'drop index training_runs_created, training_runs_by_dataset_id, training_runs_by_status, training_runs_by_target, training_runs_by_task, training_runs_by_mode, training_runs_sorted_by_finished_at, training_runs_sorted_by_duration',
  'drop index artifacts_created, artifacts_by_dataset_id, artifacts_by_target, artifacts_by_task, artifacts_by_mode, artifacts_sorted_by_size',
  'drop index training_runs_ended, artifacts_owned',
  'drop index training_runs_dataset_success, training_runs_task_success, training_runs_owned_success, training_runs_owned_mode_success',
  'drop function count_datasets, count_training_runs, empty_datasets, empty_training_runs, add_to_state_totals cascade',
  'drop table state_totals',
  'drop type state_change',
  'drop table training_attempts',
  "delete from kysely_migration where name <> '001-initial'",
];

const METRICS = {
  accuracy: 0.9,
  baseline: { accuracy: 0.5 },
  // SQL's own JSON operators refuse it.
  classes: ['a\u0000', 'b'],
  confusion_matrix: [
    [9, 1],
    [1, 9],
  ],
};

test('a database of the first schema is brought up to date with what it holds, labels with a NUL included', async () => {
  await using shared = await testDatabase();
  const db = shared.db.sql;
  for (const statement of BACK) await sql.raw(statement).execute(db);
  const queuedAt = new Date('2026-01-02T03:04:05Z');
  const startedAt = new Date('2026-01-02T03:05:00Z');
  const run = async (status: string, attempt: number, started: Date | null, metrics: object | null) => {
    const id = uuidv7();
    await sql`
      insert into training_runs (id, owner, dataset_id, mode, task, target, seed, params, status, attempt,
        queued_at, started_at, metrics, trace_context, request_hash)
      values (${id}::uuid, 'local', ${uuidv7()}::uuid, 'light', 'classification', 'y', ${2 ** 40}, '{}', ${status},
        ${attempt}, ${queuedAt}, ${started}, ${metrics && JSON.stringify(metrics)}, '{}', '')`.execute(db);
    return id;
  };
  // More than are read at a time.
  const succeeded: string[] = [];
  for (let i = 0; i < 45; i++) succeeded.push(await run('succeeded', 1, startedAt, METRICS));
  const waiting = await run('queued', 0, null, null);
  const retrying = await run('queued', 1, null, null);
  const columns = [{ name: 'x', type: 'number' }];
  await sql`
    insert into artifacts (id, owner, run_id, dataset_id, mode, task, target, format, size_bytes, sha256, storage_key,
      scoring_key, card, metrics, created_at)
    values (${uuidv7()}::uuid, 'local', ${succeeded[0]}::uuid, ${uuidv7()}::uuid, 'light', 'classification', 'y', 'onnx',
      1, '', 'k', 's', ${JSON.stringify({ columns })}, ${JSON.stringify(METRICS)}, ${startedAt})`.execute(db);

  await sql`
    insert into datasets (id, owner, name, version, mode, format, compression, rows, columns, size_bytes, sha256,
      storage_key, profile, created_at)
    select gen_random_uuid(), 'local', 'a.csv', i, 'light', 'csv', 'none', 1, 1, 10 * i, '', i, '{}', now()
    from generate_series(1, 3) i`.execute(db);

  await migrate(db);

  expect(await createReadStoredState(shared.db.prepare, { days: 0 })()).toMatchObject({
    datasets: 3,
    storedBytes: 60,
    queue: { queued: 1, running: 0, retrying: 1 },
  });
  const summary = { accuracy: 0.9, baseline: { accuracy: 0.5 } };
  const rows = await db.selectFrom('training_runs').selectAll().execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const id of succeeded)
    expect(byId.get(id)).toMatchObject({
      metrics: METRICS,
      metrics_summary: summary,
      first_started_at: startedAt,
      seed: 2 ** 40,
      warnings: [],
    });
  expect(
    (await db.selectFrom('datasets').select('warnings').execute()).flatMap((row) => row.warnings),
  ).toEqual([]);
  expect(byId.get(waiting)).toMatchObject({ waiting_since: queuedAt, first_started_at: null });
  expect(byId.get(retrying)).toMatchObject({ waiting_since: queuedAt, first_started_at: queuedAt });
  expect(await db.selectFrom('artifacts').select(['inputs', 'metrics_summary']).execute()).toEqual([
    { inputs: columns, metrics_summary: summary },
  ]);
});
