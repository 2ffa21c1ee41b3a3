import { cpuSeconds } from '../cpu-seconds.ts';
import { type BoostedTrees, type BoostingSettings, boost } from './boost.ts';
import type { SharedTable } from './prepare.ts';
import type { WorkerPool } from './worker-pool.ts';
import type { Workspace } from './workspace.ts';

/** One fit of boosted trees on one part of a shared table. */
export interface BoostingTask {
  readonly part: number;
  readonly settings: BoostingSettings;
  /** Stop when the loss on the part's validation rows has not fallen for so many rounds; absent: never. */
  readonly patience?: number;
  /** Stop when it has taken so long, but not before so many rounds; absent: never. */
  readonly limit?: { readonly seconds: number; readonly minRounds: number };
  readonly seed: number;
}

export interface FittedTrees extends BoostedTrees {
  /** Processor time of the thread that ran it. */
  readonly cpuSeconds: number;
}

/** A function that runs tasks on this thread, in the workers's workspace. */
export function boostingRunner(
  table: SharedTable,
  workspace: Workspace,
  workers: WorkerPool,
): (task: BoostingTask, onRound?: (round: number) => void) => FittedTrees {
  return ({ part, settings, patience, limit, seed }, onRound) => {
    const { matrix, train, validation } = table.parts[part]!;
    const before = process.threadCpuUsage();
    const trees = boost(
      {
        workers,
        memory: table.memory,
        workspace,
        matrix,
        train,
        ...(patience !== undefined && { validation: { rows: validation, patience } }),
        ...(limit && { limit }),
        seed,
      },
      settings,
      onRound,
    );
    return { ...trees, cpuSeconds: cpuSeconds(process.threadCpuUsage(before)) };
  };
}
