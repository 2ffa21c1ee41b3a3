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
  readonly seed: number;
}

/** A function that runs tasks on this thread, in the workers's workspace. */
export function boostingRunner(
  table: SharedTable,
  workspace: Workspace,
  workers: WorkerPool,
): (task: BoostingTask, onRound?: (round: number) => void) => BoostedTrees {
  return ({ part, settings, patience, seed }, onRound) => {
    const { matrix, train, validation } = table.parts[part]!;
    return boost(
      {
        workers,
        memory: table.memory,
        workspace,
        matrix,
        train,
        ...(patience !== undefined && { validation: { rows: validation, patience } }),
        seed,
      },
      settings,
      onRound,
    );
  };
}
