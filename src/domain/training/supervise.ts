import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import { untraced } from '../../telemetry/running.ts';
import type { Stage } from '../../telemetry/stages.ts';
import { updateAttempt } from './attempts.ts';
import type { TrainingRun } from './repository.ts';
import type { TrainerProgress } from './trainer.ts';
import type { RunWatch } from './watch.ts';

/** How often progress is written and, should a notification be lost, a cancellation noticed. */
const TICK_MS = 500;

/** Why the attempt was told to end, where it was. */
export type Verdict = 'cancelled' | 'lost' | 'stopped' | undefined;

export interface Supervisor extends AsyncDisposable {
  /** Aborted when the attempt must end. */
  readonly signal: AbortSignal;
  report(progress: TrainerProgress): void;
  /** The stages of the attempt so far; they are written with its progress. */
  reached(stages: readonly Stage[]): void;
  verdict(): Verdict;
}

/** Writes an attempt's progress and stages and ends it when the run is cancelled, or is not this worker's any more. */
export async function superviseAttempt(
  db: Kysely<Schema>,
  watch: RunWatch,
  run: TrainingRun,
  stop: AbortSignal,
): Promise<Supervisor> {
  const abort = new AbortController();
  let verdict: Verdict;
  const end = (why: Verdict) => {
    verdict ??= why;
    abort.abort();
  };

  let latest: TrainerProgress | undefined;
  let stages: readonly Stage[] | undefined;
  const write = async () => {
    const progress = latest;
    latest = undefined;
    const told = progress && stages;
    if (told) stages = undefined;
    const { stage, fraction, ...details } = progress ?? { stage: undefined, fraction: undefined };
    const current = progress
      ? await updateAttempt(
          db,
          run,
          { progress: fraction ?? 0, progress_details: JSON.stringify({ stage, ...details }) },
          told && { stages: told },
        )
      : await db
          .selectFrom('training_runs')
          .select('cancel_requested_at')
          .where('id', '=', run.id)
          .where('attempt', '=', run.attempt)
          .where('status', '=', 'running')
          .executeTakeFirst();
    if (!current) end('lost');
    else if (current.cancel_requested_at) end('cancelled');
  };

  // One write at a time; a database that does not answer is a matter of the next tick.
  let writing: Promise<void> = Promise.resolve();
  let busy = false;
  const tick = () => {
    if (busy || abort.signal.aborted) return;
    busy = true;
    writing = untraced(write)
      .catch(() => {})
      .finally(() => {
        busy = false;
      });
  };

  const onStop = () => end('stopped');
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop);
  const cancelled = async () => {
    const row = await db
      .selectFrom('training_runs')
      .select('cancel_requested_at')
      .where('id', '=', run.id)
      .executeTakeFirst();
    if (row?.cancel_requested_at) end('cancelled');
  };
  const watching = watch.watch(run.id, () => {
    if (!abort.signal.aborted) cancelled().catch(() => {});
  });
  const timer = setInterval(tick, TICK_MS);

  return {
    signal: abort.signal,
    report: (progress) => {
      latest = progress;
    },
    reached: (told) => {
      stages = told;
    },
    verdict: () => verdict,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      watching[Symbol.dispose]();
      stop.removeEventListener('abort', onStop);
      await writing;
    },
  };
}
