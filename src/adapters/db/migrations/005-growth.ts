import { type Kysely, sql } from 'kysely';

/** Lists, newest first; trends and summary; the run that waits longest. */
const INDEXES = [
  'datasets_owned on datasets (owner, id)',
  'training_runs_owned on training_runs (owner, id)',
  'artifacts_owned on artifacts (owner, id)',
  `training_runs_owned_success on training_runs (owner, finished_at, id) where status = 'succeeded'`,
  `training_runs_owned_mode_success on training_runs (owner, mode, finished_at, id) where status = 'succeeded'`,
  `training_runs_queued on training_runs (waiting_since) where status = 'queued'`,
];

const DATASETS = `count(*), coalesce(sum(size_bytes), 0), 0, 0, 0`;
const RUNS = `0, 0,
  count(*) filter (where status = 'queued' and attempt = 0),
  count(*) filter (where status = 'running'),
  count(*) filter (where status = 'queued' and attempt > 0)`;

/**
 * Totals that the gauges show, kept by triggers in the transaction that changes the rows, so that whoever reads them
 * sees what counting would. Each row is a part of the sum. A transaction adds to one that nobody else is adding to, or
 * makes one more: so none waits for another, and there are as many as were ever needed at a time.
 */
async function createTotals(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table state_totals (
      part integer primary key generated always as identity,
      datasets bigint not null,
      stored_bytes bigint not null,
      queued bigint not null,
      running bigint not null,
      retrying bigint not null
    )`.execute(db);
  await sql`
    create type state_change as
      (datasets bigint, stored_bytes bigint, queued bigint, running bigint, retrying bigint)`.execute(db);
  await sql`
    create function add_to_state_totals(came state_change, went state_change) returns void language plpgsql as $$
    declare
      free integer;
    begin
      if came = went then return; end if;
      select part into free from state_totals order by part limit 1 for update skip locked;
      if free is null then
        insert into state_totals (datasets, stored_bytes, queued, running, retrying)
        values (0, 0, 0, 0, 0) returning part into free;
      end if;
      update state_totals set
        datasets = datasets + came.datasets - went.datasets,
        stored_bytes = stored_bytes + came.stored_bytes - went.stored_bytes,
        queued = queued + came.queued - went.queued,
        running = running + came.running - went.running,
        retrying = retrying + came.retrying - went.retrying
      where part = free;
    end $$`.execute(db);
  await keepTotals(db, 'datasets', DATASETS, 'datasets = 0, stored_bytes = 0');
  await keepTotals(db, 'training_runs', RUNS, 'queued = 0, running = 0, retrying = 0');
}

/** @param sums of a table's rows, as a `state_change` has them */
async function keepTotals(db: Kysely<unknown>, table: string, sums: string, empty: string): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`
    create function count_${table}() returns trigger language plpgsql as $$
    declare
      came state_change := (0, 0, 0, 0, 0);
      went state_change := (0, 0, 0, 0, 0);
    begin
      if tg_op <> 'DELETE' then select ${sums} into came from new_rows; end if;
      if tg_op <> 'INSERT' then select ${sums} into went from old_rows; end if;
      perform add_to_state_totals(came, went);
      return null;
    end $$`);
  for (const [event, rows] of [
    ['insert', 'new table as new_rows'],
    ['update', 'old table as old_rows new table as new_rows'],
    ['delete', 'old table as old_rows'],
  ])
    await run(`
      create trigger ${table}_${event} after ${event} on ${table} referencing ${rows}
      for each statement execute function count_${table}()`);
  await run(`
    create function empty_${table}() returns trigger language plpgsql as $$
    begin
      update state_totals set ${empty};
      return null;
    end $$`);
  await run(`
    create trigger ${table}_truncate after truncate on ${table}
    for each statement execute function empty_${table}()`);
  // After the triggers, whose making waits for whoever writes to the table: nothing is missed or counted twice.
  await run(`
    insert into state_totals (datasets, stored_bytes, queued, running, retrying)
    select ${sums} from ${table}`);
}

/** What is asked for all the time reads as little of a million rows as of a thousand. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const index of INDEXES) await sql.raw(`create index ${index}`).execute(db);
  await createTotals(db);
}
