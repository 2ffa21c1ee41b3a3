import { type Kysely, sql } from 'kysely';
import type { Schema } from '../adapters/db/schema.ts';
import type { StoredState } from '../telemetry/instruments/stored-state.ts';
import { cutoff, type TtlPolicy } from './expiry/policy.ts';

type Row = Record<
  | 'datasets'
  | 'stored_bytes'
  | 'expired'
  | 'queued'
  | 'running'
  | 'retrying'
  | 'oldest_age'
  | 'light_success'
  | 'heavy_success'
  | 'ttl_success',
  number
>;

/** What the gauges show, in one statement, so that they agree with each other. */
export function createReadStoredState(db: Kysely<Schema>, ttl: TtlPolicy): () => Promise<StoredState> {
  return async () => {
    const now = new Date();
    const before = cutoff(ttl, now);
    const epoch = (column: string) => sql.raw(`coalesce(extract(epoch from ${column}), 0)::float8`);
    const { rows } = await sql<Row>`
      select
        (select count(*)::float8 from datasets) as datasets,
        (select coalesce(sum(size_bytes), 0)::float8 from datasets) as stored_bytes,
        (select count(*)::float8 from datasets where created_at < ${before}::timestamptz) as expired,
        open.queued, open.running, open.retrying,
        greatest(0, case when open.oldest is null then 0
          else extract(epoch from ${now}::timestamptz - open.oldest) end)::float8 as oldest_age,
        (select ${epoch('max(finished_at)')} from training_runs
          where mode = 'light' and status = 'succeeded') as light_success,
        (select ${epoch('max(finished_at)')} from training_runs
          where mode = 'heavy' and status = 'succeeded') as heavy_success,
        (select ${epoch('max(last_success_at)')} from ttl_state) as ttl_success
      from (
        select
          count(*) filter (where status = 'queued' and attempt = 0)::float8 as queued,
          count(*) filter (where status = 'running')::float8 as running,
          count(*) filter (where status = 'queued' and attempt > 0)::float8 as retrying,
          min(waiting_since) filter (where status = 'queued') as oldest
        from training_runs where status in ('queued', 'running')
      ) as open`.execute(db);
    const row = rows[0] as Row;
    return {
      datasets: row.datasets,
      storedBytes: row.stored_bytes,
      expiredDatasets: row.expired,
      queue: { queued: row.queued, running: row.running, retrying: row.retrying },
      oldestQueuedAgeSeconds: row.oldest_age,
      lastTrainingSuccess: { light: row.light_success, heavy: row.heavy_success },
      lastTtlSuccess: row.ttl_success,
    };
  };
}
