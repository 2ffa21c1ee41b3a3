import type { Kysely, QueryCreator } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import { carryTrace } from '../../telemetry/carried-trace.ts';
import { activeTraceId } from '../../telemetry/span.ts';
import type { Stage } from '../../telemetry/stages.ts';
import type { AttemptOutcome, TrainingErrorType } from '../../vocabulary/runs.ts';
import type { Failure } from './outcome.ts';
import { announced, hasEnded, type TrainingRun } from './repository.ts';

/**
 * The life of a run in the database. Every change after `begin` names the attempt it belongs to, so a worker that
 * was taken for dead can't disturb the one that took over.
 */

export type Beginning =
  /** Train: this attempt is ours. `before`: the run as an earlier attempt left it; `lost`: that one never ended. */
  | {
      readonly next: 'train';
      readonly run: TrainingRun;
      readonly before: TrainingRun | undefined;
      readonly lost: boolean;
    }
  /** The run was to be cancelled while nobody worked on it. */
  | { readonly next: 'cancel'; readonly run: TrainingRun }
  /** Its workers were lost too often. */
  | { readonly next: 'give_up'; readonly run: TrainingRun }
  /** It has ended, or is gone. */
  | { readonly next: 'nothing' };

/** Takes the run for a new attempt, unless it has changed since it was looked at. */
async function takeRun(db: Kysely<Schema>, run: TrainingRun, now: Date): Promise<TrainingRun | undefined> {
  return db
    .with('begun', (query) =>
      query
        .updateTable('training_runs')
        .set({
          status: 'running',
          attempt: run.attempt + 1,
          progress: 0,
          progress_details: null,
          started_at: now,
          first_started_at: run.first_started_at ?? now,
          // Of a request without telemetry there is none.
          trace_id: run.trace_id ?? activeTraceId() ?? null,
          trace_context: JSON.stringify(carryTrace()),
        })
        .where('id', '=', run.id)
        .where('status', '=', run.status)
        .where('attempt', '=', run.attempt)
        .where('first_started_at', run.first_started_at === null ? 'is' : 'is not', null)
        .where('cancel_requested_at', 'is', null)
        .returningAll()
        .returning(announced),
    )
    .with('recorded', (query) =>
      query
        .insertInto('training_attempts')
        .columns(['run_id', 'started_at', 'attempt'])
        .expression(({ selectFrom }) => selectFrom('begun').select(['id', 'started_at', 'attempt']))
        // Two within a millisecond are told as one.
        .onConflict((oc) => oc.doNothing()),
    )
    .selectFrom('begun')
    .selectAll()
    .executeTakeFirst();
}

export async function beginAttempt(db: Kysely<Schema>, id: string, maxRetries: number): Promise<Beginning> {
  for (;;) {
    const run = await db.selectFrom('training_runs').selectAll().where('id', '=', id).executeTakeFirst();
    if (!run || hasEnded(run.status)) return { next: 'nothing' };
    if (run.cancel_requested_at) return { next: 'cancel', run };
    if (run.attempt > maxRetries) return { next: 'give_up', run };
    const begun = await takeRun(db, run, new Date());
    const first = run.first_started_at === null;
    if (begun)
      return { next: 'train', run: begun, before: first ? undefined : run, lost: run.status === 'running' };
  }
}

type Changes = Partial<
  Pick<
    TrainingRun,
    | 'status'
    | 'attempt'
    | 'progress'
    | 'waiting_since'
    | 'started_at'
    | 'finished_at'
    | 'artifact_id'
    | 'error'
    | 'error_type'
  >
> & { progress_details?: string | null; metrics?: string; metrics_summary?: string; warnings?: string };

/** What is told of an attempt, for its record. */
export interface AttemptRecord {
  /** Unset: it goes on. */
  readonly outcome?: AttemptOutcome;
  readonly errorType?: TrainingErrorType;
  readonly stages: readonly Stage[];
}

/**
 * Changes the run if this attempt still owns it; undefined: it does not any more. One statement changes, records and
 * announces, so that whoever hears of it finds the metrics already counted by the caller's next line.
 */
export async function updateAttempt(
  db: Kysely<Schema>,
  run: TrainingRun,
  changes: Changes,
  record?: AttemptRecord,
): Promise<Pick<TrainingRun, 'cancel_requested_at'> | undefined> {
  const updating = (query: QueryCreator<Schema>) =>
    query
      .updateTable('training_runs')
      .set(changes)
      .where('id', '=', run.id)
      .where('attempt', '=', run.attempt)
      .where('status', 'in', ['queued', 'running'])
      .returning(['id', 'cancel_requested_at', announced]);
  if (!record) return updating(db).executeTakeFirst();
  return db
    .with('updated', updating)
    .with('recorded', (query) =>
      query
        .updateTable('training_attempts')
        .set({
          stages: JSON.stringify(record.stages),
          ...(record.outcome && {
            ended_at: new Date(),
            outcome: record.outcome,
            error_type: record.errorType ?? null,
          }),
        })
        .where('started_at', '=', run.started_at)
        // What comes late of an attempt that goes on is not news any more.
        .where('ended_at', 'is', null)
        .where('run_id', 'in', ({ selectFrom }) => selectFrom('updated').select('id')),
    )
    .selectFrom('updated')
    .selectAll()
    .executeTakeFirst();
}

/** @param stages of the attempt; undefined: the run ends outside of one */
export const endCancelled = (db: Kysely<Schema>, run: TrainingRun, stages?: readonly Stage[]) =>
  updateAttempt(
    db,
    run,
    { status: 'cancelled', finished_at: new Date() },
    stages && { outcome: 'cancelled', stages },
  );

/** @param stages of the attempt; undefined: the run ends outside of one */
export const endFailed = (
  db: Kysely<Schema>,
  run: TrainingRun,
  failure: Failure,
  stages?: readonly Stage[],
) =>
  updateAttempt(
    db,
    run,
    { status: 'failed', finished_at: new Date(), error: failure.message, error_type: failure.type },
    stages && { outcome: 'failure', errorType: failure.type, stages },
  );

const waiting = () =>
  ({
    status: 'queued',
    waiting_since: new Date(),
    progress: 0,
    progress_details: null,
    started_at: null,
  }) as const;

/** Back to the queue, the failure noted: the next attempt counts. */
export const requeueFailed = (
  db: Kysely<Schema>,
  run: TrainingRun,
  failure: Failure,
  stages: readonly Stage[],
) =>
  updateAttempt(
    db,
    run,
    { ...waiting(), error: failure.message, error_type: failure.type },
    { outcome: 'retry', errorType: failure.type, stages },
  );

/** Back to the queue as if this attempt had never begun. */
export const handBack = (db: Kysely<Schema>, run: TrainingRun, stages: readonly Stage[]) =>
  updateAttempt(db, run, { ...waiting(), attempt: run.attempt - 1 }, { outcome: 'handed_back', stages });
