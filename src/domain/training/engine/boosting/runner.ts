import { type BoostedTrees, type BoostingSettings, boost } from './boost.ts';
import type { Crew } from './crew.ts';
import type { SharedTable } from './prepare.ts';
import type { Workspace } from './workspace.ts';

/** One fit of boosted trees on one part of a shared table. */
export interface BoostingTask {
  readonly part: number;
  readonly settings: BoostingSettings;
  /** Stop when the loss on the part's watched rows has not fallen for so many rounds; absent: never. */
  readonly patience?: number;
  readonly seed: number;
}

/** A function that runs tasks on this thread, in the crew's workspace. */
export function boostingRunner(
  table: SharedTable,
  workspace: Workspace,
  crew: Crew,
): (task: BoostingTask, onRound?: (round: number) => void) => BoostedTrees {
  return ({ part, settings, patience, seed }, onRound) => {
    const { matrix, train, watched } = table.parts[part]!;
    return boost(
      {
        crew,
        memory: table.memory,
        workspace,
        matrix,
        train,
        ...(patience !== undefined && { watch: { rows: watched, patience } }),
        seed,
      },
      settings,
      onRound,
    );
  };
}
