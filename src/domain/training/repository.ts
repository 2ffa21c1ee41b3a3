import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { RunStatus } from '../../vocabulary/runs.ts';
import { type FilteredRequest, listOwned, type OwnedList } from '../owned-lists.ts';
import { getOwned } from '../owned-rows.ts';
import type { Page } from '../pages.ts';

export type TrainingRun = Selectable<Schema['training_runs']>;

/** `pg_notify` channel; the payload is the id of a run that changed. */
export const RUN_CHANNEL = 'training_runs';

export const hasEnded = (status: RunStatus) => status !== 'queued' && status !== 'running';

/** @throws {AppError} `not_found` */
export const getRun = (db: Kysely<Schema>, owner: string, id: string): Promise<TrainingRun> =>
  getOwned(db, 'training_runs', owner, id);

const LISTED = [
  'id',
  'dataset_id',
  'mode',
  'task',
  'target',
  'seed',
  'params',
  'status',
  'attempt',
  'progress',
  'progress_details',
  'queued_at',
  'started_at',
  'finished_at',
  'metrics_summary',
  'warnings',
  'tags',
  'note',
  'artifact_id',
  'artifact_removed_at',
  'artifact_removed_by',
  'error',
  'error_type',
  'trace_id',
] as const;
/** A run, its metrics in short. */
export type ListedRun = Pick<TrainingRun, (typeof LISTED)[number]>;

type Filter = 'dataset_id' | 'status' | 'target' | 'task' | 'mode';
const LIST: OwnedList<'training_runs', (typeof LISTED)[number], Filter> = {
  table: 'training_runs',
  columns: LISTED,
  sorts: {
    created_at: sql.ref('queued_at'),
    // What has not ended ends after all that has.
    finished_at: sql`coalesce(finished_at, 'infinity')`,
    duration: sql`coalesce(finished_at - started_at, interval '0')`,
  },
  filters: ['dataset_id', 'target', 'status', 'task', 'mode'],
  texts: ['target', 'note'],
};

export const listRuns = (
  db: Kysely<Schema>,
  owner: string,
  request: FilteredRequest<Filter>,
): Promise<Page<ListedRun>> => listOwned(db, LIST, owner, request);

/** To be returned by the statement that changes a run: tells everyone who watches it, once that has been committed. */
export const announced = sql`pg_notify(${RUN_CHANNEL}, training_runs.id::text)`.as('announced');
