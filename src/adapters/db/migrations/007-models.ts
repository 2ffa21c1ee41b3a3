import { type Kysely, sql } from 'kysely';

/** Names and versions of models, what became of them, and where an artifact that is gone has gone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table training_runs
      add column removed_artifact_id uuid,
      add column artifact_removed_at timestamptz,
      add column artifact_removed_by text`.execute(db);
  await sql`
    create index training_runs_removed_artifact on training_runs (removed_artifact_id)
    where removed_artifact_id is not null`.execute(db);
  await sql`
    create table model_names (
      owner text not null,
      name text not null,
      last_version integer not null,
      primary key (owner, name)
    )`.execute(db);
  await sql`
    create table models (
      id uuid primary key,
      owner text not null,
      name text not null,
      created_at timestamptz not null,
      unique (owner, name)
    )`.execute(db);
  await sql`
    create table model_versions (
      model_id uuid not null references models on delete cascade,
      version integer not null,
      artifact_id uuid not null references artifacts,
      created_at timestamptz not null,
      primary key (model_id, version),
      unique (artifact_id, model_id)
    )`.execute(db);
  await sql`
    create table model_aliases (
      model_id uuid not null,
      alias text not null,
      version integer not null,
      primary key (model_id, alias),
      foreign key (model_id, version) references model_versions
    )`.execute(db);
  await sql`
    create table model_history (
      id bigint generated always as identity primary key,
      owner text not null,
      name text not null,
      at timestamptz not null,
      by text not null,
      change text not null,
      alias text,
      from_version integer,
      to_version integer,
      artifact_id uuid,
      trace_id text
    )`.execute(db);
  await sql`create index model_history_name on model_history (owner, name, id)`.execute(db);
}
