import type { Database } from '../adapters/db/database.ts';
import type { StoredState } from '../telemetry/instruments/stored-state.ts';
import { cutoff, type TtlPolicy } from './expiry/policy.ts';

/** Kept by the database (migration 005): to count a million rows at every scrape would take longer than a scrape may. */
const TOTALS = ['datasets', 'stored_bytes', 'queued', 'running', 'retrying'] as const;

type Row = Record<
  (typeof TOTALS)[number] | 'expired' | 'oldest_age' | 'light_success' | 'heavy_success' | 'ttl_success',
  number
>;

const epoch = (column: string) => `coalesce(extract(epoch from ${column}), 0)::float8`;
const lastSuccess = (mode: string) =>
  `(select ${epoch('max(finished_at)')} from training_runs where mode = '${mode}' and status = 'succeeded')`;

/** In one statement, so that the gauges agree with each other. `$1`: now; `$2`: what was made before has expired. */
const STATE = `
  select
    totals.*,
    (select count(*)::float8 from datasets where created_at < $2::timestamptz) as expired,
    (select greatest(0, coalesce(extract(epoch from $1::timestamptz - min(waiting_since)), 0))::float8
      from training_runs where status = 'queued') as oldest_age,
    ${lastSuccess('light')} as light_success,
    ${lastSuccess('heavy')} as heavy_success,
    (select ${epoch('max(last_success_at)')} from ttl_state) as ttl_success
  from (
    select ${TOTALS.map((total) => `coalesce(sum(${total}), 0)::float8 as ${total}`).join()}
    from state_totals
  ) as totals`;

/** What the gauges show. */
export function createReadStoredState(
  prepare: Database['prepare'],
  ttl: TtlPolicy,
): () => Promise<StoredState> {
  const read = prepare<Row>('stored state', STATE, 'gauges');
  return async () => {
    const now = new Date();
    const rows = await read(now, cutoff(ttl, now));
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
