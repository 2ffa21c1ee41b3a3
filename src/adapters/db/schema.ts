import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Evaluation, ModelCard } from '#tabular';
import type { Stage } from '../../telemetry/stages.ts';
import type { ArtifactRemover, ModelChange } from '../../vocabulary/models.ts';
import type { Mode, Task } from '../../vocabulary/modes.ts';
import type { AttemptOutcome, RunStatus } from '../../vocabulary/runs.ts';
import type { Compression, Format, TableProfile } from '../../vocabulary/tables.ts';
import type { DatasetWarning, RunWarning } from '../../vocabulary/warnings.ts';

/** The tables as Kysely sees them; made by `migrations/`. Times are `timestamptz`, read as `Date`. */
export interface Schema {
  datasets: DatasetTable;
  dataset_names: DatasetNameTable;
  training_runs: TrainingRunTable;
  training_attempts: TrainingAttemptTable;
  artifacts: ArtifactTable;
  input_counts: InputCountTable;
  kept_predictions: KeptPredictionTable;
  model_names: ModelNameTable;
  models: ModelTable;
  model_versions: ModelVersionTable;
  model_aliases: ModelAliasTable;
  model_history: ModelHistoryTable;
  object_leases: ObjectLeaseTable;
  ttl_state: TtlStateTable;
}

/** What people write on things of theirs. */
interface Annotated {
  tags: ColumnType<Readonly<Record<string, string>>, string | undefined, string>;
  note: string | null;
}

interface DatasetTable extends Annotated {
  id: string;
  owner: string;
  name: string;
  version: number;
  mode: Mode;
  format: Format;
  compression: Compression;
  rows: number;
  columns: number;
  size_bytes: number;
  sha256: string;
  storage_key: string;
  profile: JSONColumnType<TableProfile>;
  warnings: ColumnType<readonly DatasetWarning[], string | undefined, string>;
  created_at: Date;
}

/** The last version given to a name; outlives its datasets, so that a version is never given twice. */
interface DatasetNameTable {
  owner: string;
  name: string;
  last_version: number;
}

/** Any JSON object; its shape belongs to the domain that writes it. */
export type Json = Record<string, unknown>;
type JsonColumn = ColumnType<Json, string, string>;
type NullableJsonColumn = ColumnType<Json | null, string | null, string | null>;

interface TrainingRunTable extends Annotated {
  id: string;
  owner: string;
  dataset_id: string;
  /** What it is measured on, where that is another dataset. */
  validation_dataset_id: string | null;
  mode: Mode;
  task: Task;
  target: string;
  seed: number;
  params: JsonColumn;
  status: RunStatus;
  /** Attempts begun so far, without those that were handed back. */
  attempt: number;
  /** 0 to 1. */
  progress: number;
  progress_details: NullableJsonColumn;
  queued_at: Date;
  /** When it last became queued: a run that goes back to the queue waits anew. */
  waiting_since: Date;
  /** When its first attempt began, whatever became of it. */
  first_started_at: Date | null;
  /** When the attempt that it is in, or ended with, began. */
  started_at: Date | null;
  finished_at: Date | null;
  cancel_requested_at: Date | null;
  metrics: NullableJsonColumn;
  /** The part of `metrics` that lists show. */
  metrics_summary: NullableJsonColumn;
  warnings: ColumnType<readonly RunWarning[], string | undefined, string>;
  artifact_id: string | null;
  /** The artifact that it had, since when it has none, and who removed it. */
  removed_artifact_id: string | null;
  artifact_removed_at: Date | null;
  artifact_removed_by: ArtifactRemover | null;
  error: string | null;
  error_type: string | null;
  trace_id: string | null;
  /** Of its latest attempt: the next one names it. */
  trace_context: JsonColumn;
  idempotency_key: string | null;
  request_hash: string;
}

/** What an attempt did and when, so far. One whose worker was lost never ends. */
interface TrainingAttemptTable {
  run_id: string;
  /** Tells the attempts of a run apart: one that was handed back shares its number with the next. */
  started_at: Date;
  attempt: number;
  ended_at: Date | null;
  outcome: AttemptOutcome | null;
  error_type: string | null;
  stages: ColumnType<readonly Stage[], string | undefined, string>;
}

interface ArtifactTable extends Annotated {
  id: string;
  owner: string;
  run_id: string;
  dataset_id: string;
  mode: Mode;
  task: Task;
  target: string;
  format: string;
  size_bytes: number;
  sha256: string;
  storage_key: string;
  /** The file that `predict` reads. */
  scoring_key: string;
  card: JSONColumnType<ModelCard>;
  metrics: JsonColumn;
  /** The parts of `metrics` and `card` that lists show. */
  metrics_summary: JsonColumn;
  inputs: JSONColumnType<ModelCard['columns']>;
  /** Null of a model that was made before it was kept. */
  evaluation: ColumnType<Evaluation | null, string | undefined, string | null>;
  created_at: Date;
}

/** Rows that a model was asked about in an hour, by column and bin of its reference. */
interface InputCountTable {
  artifact_id: string;
  hour: Date;
  rows: number;
  bins: readonly number[];
}

/** A prediction by its key, and what really happened, once somebody has told. Classes by their place in the model's card. */
interface KeptPredictionTable {
  key: string;
  artifact_id: string;
  predicted_at: Date;
  class: number | null;
  /** The number predicted; of classes the probability of the one predicted. */
  value: number;
  /** Of all classes in their order, each a float of 32 bits, little-endian; null: they are not kept, or `value` says them. */
  probabilities: Buffer | null;
  actual_at: Date | null;
  actual_class: number | null;
  actual_value: number | null;
}

/** The last version given to a name; outlives its versions, so that a number is never given twice. */
interface ModelNameTable {
  owner: string;
  name: string;
  last_version: number;
}

interface ModelTable extends Annotated {
  id: string;
  owner: string;
  name: string;
  created_at: Date;
}

/** As long as it is there, its artifact can't go. */
interface ModelVersionTable {
  model_id: string;
  version: number;
  artifact_id: string;
  created_at: Date;
}

interface ModelAliasTable {
  model_id: string;
  alias: string;
  version: number;
}

/** What was done to a name, by whom and when, in the order in which it took effect; outlives what it tells of. */
interface ModelHistoryTable {
  id: Generated<number>;
  owner: string;
  name: string;
  at: Date;
  by: string;
  change: ModelChange;
  alias: string | null;
  from_version: number | null;
  to_version: number | null;
  /** Of the version changed to, or where there is none, of the one changed from. */
  artifact_id: string | null;
  trace_id: string | null;
}

/**
 * A stored object that no row speaks for (yet, or any more). Whoever writes or removes an object holds its
 * lease; when the lease runs out, the object is reclaimed. So a crash at any point leaves no orphan.
 */
interface ObjectLeaseTable {
  storage_key: string;
  reason: 'write' | 'delete' | 'ttl';
  expires_at: Date;
}

/** One row: what the TTL clean-up must remember over a restart. */
interface TtlStateTable {
  id: Generated<number>;
  last_success_at: Date | null;
}
