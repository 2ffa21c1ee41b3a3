import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table datasets (
      id uuid primary key,
      owner text not null,
      name text not null,
      version integer not null,
      mode text not null,
      format text not null,
      compression text not null,
      rows bigint not null,
      columns integer not null,
      size_bytes bigint not null,
      sha256 text not null,
      storage_key text not null unique,
      profile json not null,
      created_at timestamptz not null,
      unique (owner, name, version)
    )`.execute(db);
  await sql`create index datasets_created_at on datasets (created_at)`.execute(db);
  await sql`
    create table dataset_names (
      owner text not null,
      name text not null,
      last_version integer not null,
      primary key (owner, name)
    )`.execute(db);
  await sql`
    create table training_runs (
      id uuid primary key,
      owner text not null,
      dataset_id uuid not null,
      mode text not null,
      task text not null,
      target text not null,
      seed bigint not null,
      params json not null,
      status text not null,
      attempt integer not null default 0,
      progress double precision not null default 0,
      progress_details json,
      queued_at timestamptz not null,
      started_at timestamptz,
      finished_at timestamptz,
      cancel_requested_at timestamptz,
      metrics json,
      artifact_id uuid,
      error text,
      error_type text,
      trace_id text,
      trace_context json not null,
      idempotency_key text,
      request_hash text not null,
      unique (owner, idempotency_key)
    )`.execute(db);
  await sql`create index training_runs_open on training_runs (status, dataset_id) where status in ('queued', 'running')`.execute(
    db,
  );
  await sql`create index training_runs_success on training_runs (mode, finished_at desc) where status = 'succeeded'`.execute(
    db,
  );
  await sql`
    create table artifacts (
      id uuid primary key,
      owner text not null,
      run_id uuid not null unique,
      dataset_id uuid not null,
      mode text not null,
      task text not null,
      target text not null,
      format text not null,
      size_bytes bigint not null,
      sha256 text not null,
      storage_key text not null unique,
      scoring_key text not null,
      card json not null,
      metrics json not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`
    create table object_leases (
      storage_key text primary key,
      reason text not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create table ttl_state (id integer primary key default 1 check (id = 1), last_success_at timestamptz)`.execute(
    db,
  );
  await sql`insert into ttl_state (id) values (1)`.execute(db);
}
