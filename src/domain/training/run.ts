import { trace } from '@opentelemetry/api';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { WarmChildren } from '../../adapters/process/warm-children.ts';
import { HandedBack } from '../../adapters/queue/handed-back.ts';
import type { ObjectLeases } from '../../adapters/storage/leases.ts';
import type { Storage } from '../../adapters/storage/storage.ts';
import { carriedContext } from '../../telemetry/carried-trace.ts';
import type { ChildInstruments } from '../../telemetry/instruments/children.ts';
import type { TrainingInstruments } from '../../telemetry/instruments/training.ts';
import type { Logger } from '../../telemetry/log/events.ts';
import { describeSpan, failSpan, inSpan } from '../../telemetry/span.ts';
import type { Stage } from '../../telemetry/stages.ts';
import { isCheckedFirst } from '../table/file-type.ts';
import { beginAttempt, endCancelled, endFailed, handBack, requeueFailed } from './attempts.ts';
import { type Failure, failureOf, WORKER_LOST } from './outcome.ts';
import type { TrainingRun } from './repository.ts';
import { storeModel } from './store-model.ts';
import { superviseAttempt } from './supervise.ts';
import { withTable } from './table-input.ts';
import type { TableInput, TrainerInput, TrainerOutput, TrainerProgress } from './trainer.ts';
import type { RunWatch } from './watch.ts';

export interface TrainingLimits {
  readonly timeoutSeconds: number;
  readonly maxRetries: number;
  readonly memoryLimitMb: number;
}

/**
 * Trains a queued run to its end. Resolves when nothing is left to do for it; throws `RunAgain` or `HandedBack` when the
 * queue shall deliver it again.
 *
 * @param stop aborted when this worker must let go of the run: the process stops, or the queue gave it to another
 */
export type RunTraining = (runId: string, stop: AbortSignal) => Promise<void>;

class RunAgain extends Error {
  /** What the attempt failed of. */
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(code, options);
    this.name = 'RunAgain';
    this.code = code;
  }
}

interface RunDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  /** A folder for what a table takes while it is read, made when it is not there. */
  readonly scratch: string;
  readonly leases: ObjectLeases;
  readonly watch: RunWatch;
  readonly metrics: TrainingInstruments;
  readonly trainers: WarmChildren;
  readonly children: ChildInstruments;
  readonly limits: TrainingLimits;
  readonly keepModels: number;
  readonly logger: Logger;
}

/** The attempt is a span of the queue's: what is known of its run, and a link to the attempt before. */
function describeAttempt(run: TrainingRun, before: TrainingRun | undefined): void {
  describeSpan({
    'mlops.run.id': run.id,
    'mlops.dataset.id': run.dataset_id,
    'mlops.training.mode': run.mode,
    'mlops.training.task': run.task,
    'mlops.training.attempt': run.attempt,
  });
  const context = before && trace.getSpanContext(carriedContext(before.trace_context));
  if (context) trace.getActiveSpan()?.addLink({ context, attributes: { 'mlops.link': 'attempt_before' } });
}

export function createRunTraining(deps: RunDeps): RunTraining {
  const { db, metrics, limits, logger } = deps;

  const train = async (
    run: TrainingRun,
    signal: AbortSignal,
    onProgress: (progress: TrainerProgress) => void,
    onStages: (stages: readonly Stage[]) => void,
  ) => {
    const { owner, dataset_id: datasetId, validation_dataset_id: validationId } = run;
    const trainOn = (table: TableInput, validation: TableInput | undefined) => {
      const input: TrainerInput = {
        table,
        validation,
        mode: run.mode,
        task: run.task,
        target: run.target,
        seed: run.seed,
        params: run.params,
        warnings: run.warnings,
        memoryLimitMb: limits.memoryLimitMb,
      };
      return deps.trainers.run<TrainerOutput, TrainerProgress>(input, {
        signal,
        timeoutSeconds: limits.timeoutSeconds,
        mayStay: [table, validation].every((read) => !read || isCheckedFirst(read.fileType)),
        onProgress,
        onStages,
        meter: deps.children('trainer', run.mode),
      });
    };
    return withTable(deps, { owner, datasetId }, (table) =>
      validationId === null
        ? trainOn(table, undefined)
        : withTable(deps, { owner, datasetId: validationId, alike: table }, (validation) =>
            trainOn(table, validation),
          ),
    );
  };

  const fail = async (run: TrainingRun, failure: Failure, stages?: readonly Stage[]) => {
    const span = trace.getActiveSpan();
    if (span) failSpan(span, failure.type);
    if (!(await endFailed(db, run, failure, stages))) return;
    metrics.failed({ mode: run.mode, task: run.task, errorType: failure.type });
    logger.warn({ run: run.id, mode: run.mode, error_type: failure.type }, 'training failed');
  };

  const cancel = async (run: TrainingRun, stages?: readonly Stage[]) => {
    describeSpan({ 'mlops.training.outcome': 'cancelled' });
    if (!(await endCancelled(db, run, stages))) return;
    metrics.cancelled({ mode: run.mode, task: run.task });
    logger.info({ run: run.id, mode: run.mode }, 'training cancelled');
  };

  const recover = async (run: TrainingRun, error: unknown, stages: readonly Stage[]) => {
    const failure = failureOf(error, limits);
    if (failure.type === '_OTHER') logger.error({ err: error, run: run.id }, 'unexpected error in training');
    if (!failure.retry || run.attempt > limits.maxRetries) return fail(run, failure, stages);
    if (!(await requeueFailed(db, run, failure, stages))) return;
    metrics.retried({ mode: run.mode, reason: failure.retry });
    throw new RunAgain(failure.type, { cause: error });
  };

  const attempt = async (run: TrainingRun, stop: AbortSignal) => {
    const start = performance.now();
    let stages: readonly Stage[] = [];
    await using supervisor = await superviseAttempt(db, deps.watch, run, stop);
    try {
      const output = await train(run, supervisor.signal, supervisor.report, (told) => {
        stages = told;
        supervisor.reached(told);
      });
      if ('failure' in output) return await fail(run, output.failure, stages);
      const store = () => storeModel({ ...deps, keep: deps.keepModels }, run, output, stages);
      if (!(await inSpan('store model', {}, store))) return;
      describeSpan({ 'mlops.training.outcome': 'success' });
      metrics.succeeded({ mode: run.mode, task: run.task, seconds: (performance.now() - start) / 1000 });
      logger.info({ run: run.id, mode: run.mode, task: run.task }, 'training succeeded');
    } catch (error) {
      switch (supervisor.verdict()) {
        case 'cancelled':
          return cancel(run, stages);
        case 'lost':
          return;
        case 'stopped':
          await handBack(db, run, stages);
          throw new HandedBack({ cause: error });
        default:
          return recover(run, error, stages);
      }
    }
  };

  return async (runId, stop) => {
    // Handed back a moment ago, it may be delivered to the same worker again, which is still about to stop.
    if (stop.aborted) throw new HandedBack();
    const begun = await beginAttempt(db, runId, limits.maxRetries);
    if (begun.next === 'nothing') return;
    if (begun.next === 'cancel') return cancel(begun.run);
    if (begun.next === 'give_up') return fail(begun.run, WORKER_LOST);

    const { run, before, lost } = begun;
    describeAttempt(run, before);
    const { mode, task } = run;
    if (!before) {
      const waitSeconds = Math.max(0, (Date.now() - run.waiting_since.getTime()) / 1000);
      metrics.started({ mode, task, waitSeconds });
    } else if (lost) metrics.retried({ mode, reason: 'worker_lost' });
    logger.info({ run: run.id, mode, task, attempt: run.attempt }, 'training started');

    const end = metrics.active(mode);
    try {
      await attempt(run, stop);
    } finally {
      end();
    }
    // The models that a new one pushed out.
    await deps.leases.reclaim(new Date(), 'delete');
  };
}
