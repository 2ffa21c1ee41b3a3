import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { Stage, StageAttributes } from '../../telemetry/stages.ts';
import { getRun, type TrainingRun } from './repository.ts';

/** A piece of a run's time and the pieces it is made of, the earliest first. */
export interface TraceNode {
  readonly name: string;
  readonly startedAt: Date;
  /** Null: it has not ended, or nobody was left to say when. */
  readonly endedAt: Date | null;
  readonly errorType: string | null;
  readonly attributes: StageAttributes;
  readonly children: readonly TraceNode[];
}

type Attempt = Selectable<Schema['training_attempts']>;

/**
 * Where a run's time went, from its own record: waiting, attempts, and what the trainer told of each.
 * @throws {AppError} `not_found`
 */
export async function runTrace(db: Kysely<Schema>, owner: string, id: string): Promise<TraceNode> {
  const run = await getRun(db, owner, id);
  const attempts = await db
    .selectFrom('training_attempts')
    .selectAll()
    .where('run_id', '=', id)
    .orderBy('started_at')
    .execute();
  return traceOf(run, attempts);
}

/** @param attempts the earliest first */
function traceOf(run: TrainingRun, attempts: readonly Attempt[]): TraceNode {
  const children: TraceNode[] = [];
  /** Since when it has waited; null: it does not, or nobody can say. */
  let waitedSince: Date | null = run.queued_at;
  for (const [i, attempt] of attempts.entries()) {
    if (waitedSince) children.push(waiting(waitedSince, attempt.started_at));
    const isLost = attempt.ended_at === null && (i + 1 < attempts.length || run.finished_at !== null);
    children.push(attemptNode(attempt, isLost));
    const { outcome, ended_at } = attempt;
    waitedSince = outcome === 'retry' || outcome === 'handed_back' ? ended_at : null;
  }
  // Until it was cancelled, where it has ended. Of a run that is older than the record, only its first wait is known.
  const waitedUntil = (attempts.length === 0 ? run.first_started_at : null) ?? run.finished_at;
  if (waitedSince) children.push(waiting(waitedSince, waitedUntil));
  return {
    name: 'training run',
    startedAt: run.queued_at,
    endedAt: run.finished_at,
    errorType: run.status === 'failed' ? run.error_type : null,
    attributes: { run_id: run.id, mode: run.mode, task: run.task, status: run.status },
    children,
  };
}

const waiting = (startedAt: Date, endedAt: Date | null): TraceNode => ({
  name: 'waiting',
  startedAt,
  endedAt,
  errorType: null,
  attributes: {},
  children: [],
});

function attemptNode(
  { attempt, started_at, ended_at, outcome, error_type, stages }: Attempt,
  isLost: boolean,
): TraceNode {
  const errorType = isLost ? 'worker_lost' : error_type;
  const whole = stages.filter(({ partOf }) => partOf === undefined);
  const partsOf = ({ id }: Stage) => stages.filter(({ partOf }) => partOf === id);
  const node = (stage: Stage): TraceNode => ({
    name: stage.name,
    startedAt: new Date(stage.startedAt),
    endedAt: stage.endedAt === undefined ? ended_at : new Date(stage.endedAt),
    // What was under way when the attempt failed is what it failed in.
    errorType: stage.endedAt === undefined ? errorType : null,
    attributes: stage.attributes ?? {},
    children: partsOf(stage).map(node),
  });
  return {
    name: 'attempt',
    startedAt: started_at,
    endedAt: ended_at,
    errorType,
    attributes: { attempt, ...(outcome && { outcome }) },
    children: whole.map(node),
  };
}
