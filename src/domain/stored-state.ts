import { type Kysely, sql } from 'kysely';
import type { Schema } from '../adapters/db/schema.ts';
import type { StoredState } from '../telemetry/instruments/stored-state.ts';
import { cutoff, type TtlPolicy } from './expiry/policy.ts';

/** Kept by the database (migration 005): to count a million rows at every scrape would take longer than a scrape may. */
const TOTALS = ['datasets', 'stored_bytes', 'queued', 'running', 'retrying'] as const;

type Row = Record<
  (typeof TOTALS)[number] | 'expired' | 'oldest_age' | 'light_success' | 'heavy_success' | 'ttl_success',
  number
>;

/** What the gauges show, in one statement, so that they agree with each other. */
export function createReadStoredState(db: Kysely<Schema>, ttl: TtlPolicy): () => Promise<StoredState> {
  return async () => {
    const now = new Date();
    const before = cutoff(ttl, now);
    const sums = sql.raw(TOTALS.map((total) => `coalesce(sum(${total}), 0)::float8 as ${total}`).join());
    const epoch = (column: string) => sql.raw(`coalesce(extract(epoch from ${column}), 0)::float8`);
    const { rows } = await sql<Row>`
      select
        totals.*,
        (select count(*)::float8 from datasets where created_at < ${before}::timestamptz) as expired,
        (select greatest(0, coalesce(extract(epoch from ${now}::timestamptz - min(waiting_since)), 0))::float8
          from training_runs where status = 'queued') as oldest_age,
        (select ${epoch('max(finished_at)')} from training_runs
          where mode = 'light' and status = 'succeeded') as light_success,
        (select ${epoch('max(finished_at)')} from training_runs
          where mode = 'heavy' and status = 'succeeded') as heavy_success,
        (select ${epoch('max(last_success_at)')} from ttl_state) as ttl_success
      from (
        select ${sums}
        from state_totals
      ) as totals`.execute(db);
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
