import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { parseParams, TabularError, type TrainParams } from '#tabular';
import type { Schema } from '../../adapters/db/schema.ts';
import type { Queue } from '../../adapters/queue/queue.ts';
import { AppError } from '../../errors.ts';
import { activeTraceId, describeSpan } from '../../telemetry/span.ts';
import type { Mode, Task } from '../../vocabulary/modes.ts';
import { type Dataset, lockDataset } from '../dataset/repository.ts';
import { checkSplit } from './check-split.ts';
import { announced, type TrainingRun } from './repository.ts';
import { chooseTarget, chooseTask } from './target.ts';
import { checkValidationDataset } from './validation-dataset.ts';

const DEFAULT_SEED = 42;

export interface TrainingRequest {
  readonly owner: string;
  readonly datasetId: string;
  readonly mode: Mode;
  readonly task?: Task | undefined;
  readonly target?: string | undefined;
  readonly seed?: number | undefined;
  readonly params: Record<string, unknown>;
  readonly idempotencyKey?: string | undefined;
}

/**
 * Queues a run; the same idempotency key again gives the run it gave before.
 * @throws {AppError} `not_found` (datasets), `unusable_data` (target, task, split or validation dataset that won't do),
 *   `invalid_request` (params), `idempotency_key_reused`
 */
export type RequestTraining = (request: TrainingRequest) => Promise<TrainingRun>;

function checkedParams(mode: Mode, params: Record<string, unknown>): TrainParams {
  try {
    return parseParams(params, mode);
  } catch (error) {
    throw error instanceof TabularError ? new AppError('invalid_request', `params: ${error.message}`) : error;
  }
}

/**
 * In the order of their ids, so that no two requests wait for each other.
 * @throws {AppError} `not_found`
 */
async function lockDatasets(
  trx: Transaction<Schema>,
  { owner, datasetId }: TrainingRequest,
  validationId: string | undefined,
): Promise<{ readonly dataset: Dataset; readonly validation: Dataset | undefined }> {
  const locked = new Map<string, Dataset>();
  for (const id of [datasetId, validationId ?? datasetId].toSorted()) {
    const what = id === datasetId ? undefined : 'There is no such validation dataset.';
    locked.set(id, locked.get(id) ?? (await lockDataset(trx, owner, id, what)));
  }
  return {
    dataset: locked.get(datasetId)!,
    validation: validationId === undefined ? undefined : locked.get(validationId),
  };
}

function inOneOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return fields.map(([name, field]) => [name, inOneOrder(field)]);
}

/** Of what is asked for, in whatever order its fields came. */
const hashOf = ({ datasetId, mode, task, target, seed, params }: TrainingRequest) =>
  createHash('sha256')
    .update(JSON.stringify([datasetId, mode, task, target, seed, inOneOrder(params)]))
    .digest('hex');

export function createRequestTraining({ db, queue }: { db: Kysely<Schema>; queue: Queue }): RequestTraining {
  const earlierRun = async (request: TrainingRequest): Promise<TrainingRun | undefined> => {
    if (request.idempotencyKey === undefined) return undefined;
    const run = await db
      .selectFrom('training_runs')
      .selectAll()
      .where('owner', '=', request.owner)
      .where('idempotency_key', '=', request.idempotencyKey)
      .executeTakeFirst();
    if (run && run.request_hash !== hashOf(request))
      throw new AppError(
        'idempotency_key_reused',
        'This Idempotency-Key was sent with another request before.',
      );
    return run;
  };

  const queueRun = (request: TrainingRequest, params: TrainParams) => {
    const now = new Date();
    return db.transaction().execute(async (trx) => {
      const { dataset, validation } = await lockDatasets(trx, request, params.validation_dataset_id);
      const target = chooseTarget(dataset.profile, request.target);
      const { task, warnings } = chooseTask(target, request.task);
      checkSplit(dataset.profile, target, params.split);
      if (validation) checkValidationDataset(dataset, validation, { target: target.name, task });
      const run = await trx
        .insertInto('training_runs')
        .values({
          id: uuidv7(),
          owner: request.owner,
          dataset_id: dataset.id,
          validation_dataset_id: validation?.id ?? null,
          mode: request.mode,
          task,
          target: target.name,
          seed: request.seed ?? DEFAULT_SEED,
          params: JSON.stringify(request.params),
          warnings: JSON.stringify(warnings),
          status: 'queued',
          attempt: 0,
          progress: 0,
          queued_at: now,
          waiting_since: now,
          trace_id: activeTraceId() ?? null,
          trace_context: '{}',
          idempotency_key: request.idempotencyKey ?? null,
          request_hash: hashOf(request),
        })
        .onConflict((oc) => oc.columns(['owner', 'idempotency_key']).doNothing())
        .returningAll()
        .returning(announced)
        .executeTakeFirst();
      // Nothing: the same key arrived twice at once, and the other one was first.
      if (!run) return undefined;
      describeSpan({ 'mlops.run.id': run.id });
      await queue.enqueueTraining(trx, { runId: run.id });
      return run;
    });
  };

  return async (request) => {
    const params = checkedParams(request.mode, request.params);
    const run =
      (await earlierRun(request)) ?? (await queueRun(request, params)) ?? (await earlierRun(request));
    if (!run)
      throw new AppError('conflict', 'The request could not be told from another one with the same key.');
    return run;
  };
}
