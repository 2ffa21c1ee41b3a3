import type { Queue } from '../adapters/queue/queue.ts';
import type { ObjectLeases } from '../adapters/storage/leases.ts';
import type { RemoveExpired } from '../domain/expiry/remove-expired.ts';
import type { RemoveOldNotes } from '../domain/model/live/retention.ts';
import type { RemoveEndedRuns } from '../domain/training/retention.ts';
import type { RunTraining } from '../domain/training/run.ts';
import type { Logger } from '../telemetry/log/events.ts';

interface WorkerDeps {
  readonly queue: Queue;
  readonly leases: ObjectLeases;
  readonly runTraining: RunTraining;
  readonly removeExpired: RemoveExpired;
  readonly removeEndedRuns: RemoveEndedRuns;
  readonly removeOldNotes: RemoveOldNotes;
  readonly concurrency: number;
  readonly cleanUp: { readonly intervalSeconds: number; readonly batchLimit: number };
  /** Aborted when the process stops: runs go back to the queue. */
  readonly handBack: AbortSignal;
  readonly logger: Logger;
}

/** Takes jobs from the queue: training runs, and every now and then a clean-up. */
export async function startWorker(deps: WorkerDeps): Promise<void> {
  const { queue, handBack, logger } = deps;
  await queue.workTraining(deps.concurrency, ({ runId }, signal) =>
    deps.runTraining(runId, AbortSignal.any([signal, handBack])),
  );
  await queue.workCleanUp(deps.cleanUp.intervalSeconds, async (signal) => {
    const removed = await deps.removeExpired(deps.cleanUp.batchLimit);
    const reclaimed = await deps.leases.reclaim(new Date());
    const stop = AbortSignal.any([signal, handBack]);
    const runs = await deps.removeEndedRuns(stop);
    await deps.removeOldNotes(stop);
    const objects = removed.filesRemoved + reclaimed.removed;
    if (removed.deleted + objects + runs > 0)
      logger.info({ datasets: removed.deleted, objects, runs }, 'clean-up removed');
  });
}
