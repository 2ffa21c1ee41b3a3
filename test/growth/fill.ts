import pg from 'pg';

/** Ids as UUIDv7 has them, of rows a fixed time apart. */
const ID = `(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
  || '70008' || lpad(to_hex(i), 15, '0'))::uuid`;

/**
 * So many datasets and runs, and the models of half of the runs, made over the last year, newest last. The newest half
 * is another owner's: an index that knows no owner would be read in vain. A tenth of the runs wait, a few are under way.
 */
const FILL = (rows: number) => [
  `create temporary table moments as
    select i, now() - (${rows} - i) * (interval '365 days' / ${rows}) as at,
      case when i > ${rows} / 2 then 'other' else 'local' end as owner,
      case when i % 3 = 0 then 'heavy' else 'light' end as mode
    from generate_series(1, ${rows}) as i`,
  `insert into datasets (id, owner, name, version, mode, format, compression, rows, columns, size_bytes, sha256,
      storage_key, profile, created_at)
    select ${ID}, owner, 'table ' || i, 1, mode, 'csv', 'none', 100, 5, 1000 + i, '', 'datasets/' || i,
      '{"rows":100,"columns":[]}', at
    from moments`,
  `insert into training_runs (id, owner, dataset_id, mode, task, target, seed, params, status, attempt, progress,
      queued_at, waiting_since, first_started_at, started_at, finished_at, metrics, metrics_summary, artifact_id,
      trace_context, request_hash)
    select ${ID}, owner, ${ID}, mode, 'classification', 'target', 42, '{}', status,
      case when status = 'queued' then i % 20 / 15 else 1 end, 0, at, at,
      case when status <> 'queued' then at end, case when status <> 'queued' then at end,
      case when status not in ('queued', 'running') then at + interval '1 minute' end,
      case when status = 'succeeded' then '{"accuracy":0.9}'::json end,
      case when status = 'succeeded' then '{"accuracy":0.9}'::json end,
      case when status = 'succeeded' and i % 4 = 0 then ${ID} end, '{}', ''
    from (select *, case when i % 1000 = 1 then 'running' when i % 10 = 5 then 'queued'
      when i % 2 = 0 then 'succeeded' when i % 6 = 1 then 'cancelled' else 'failed' end as status from moments) as runs`,
  `insert into artifacts (id, owner, run_id, dataset_id, mode, task, target, format, size_bytes, sha256, storage_key,
      scoring_key, card, metrics, metrics_summary, inputs, created_at)
    select artifact_id, owner, id, dataset_id, mode, task, target, 'onnx', 1000, '', 'artifacts/' || id,
      'artifacts/' || id || '.json', '{}', metrics, metrics_summary, '[]', finished_at
    from training_runs where artifact_id is not null`,
  // What predictions left behind: of each model two hours, and outcomes under keys that all models have; a hundredth is old.
  `insert into input_counts (artifact_id, hour, rows, bins)
    select id, date_trunc('hour', now()) - hours * interval '1 hour', 10, '{4,3,3}'
    from (select id, row_number() over () as place from artifacts) as models,
      lateral (values (1), (case when place % 100 = 0 then 1000 else 2 end)) as ages (hours)`,
  `insert into kept_predictions (key, artifact_id, predicted_at, class, value, actual_at, actual_class)
    select 'row ' || row, id, now() - (case when place % 100 = 0 then 1000 else row end) * interval '1 day', 0, 0.9, now(), 0
    from (select id, row_number() over () as place from artifacts) as models, generate_series(1, 4) as row`,
  'vacuum (analyze) datasets',
  'vacuum (analyze) training_runs',
  'vacuum (analyze) artifacts',
  'vacuum (analyze) input_counts',
  'vacuum (analyze) kept_predictions',
];

/** Fills a migrated, empty database as years of use would. */
export async function fill(url: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of FILL(rows)) await client.query(statement);
  } finally {
    await client.end();
  }
}
