import { bindKernel } from '../../../model/scoring/kernel/kernel.ts';
import { type BoostedTrees, type BoostingSettings, boost } from './boost.ts';
import { binaryLogLoss, type Objective, softmaxLogLoss, squaredError } from './objective.ts';
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

/** A function that runs tasks on this thread, in its own workspace. */
export function boostingRunner(
  table: SharedTable,
  workspace: Workspace,
): (task: BoostingTask, onRound?: (round: number) => void) => BoostedTrees {
  const kernel = bindKernel(table.memory);
  const objective = objectiveOf(table);
  return ({ part, settings, patience, seed }, onRound) => {
    const { matrix, train, watched } = table.parts[part]!;
    return boost(
      {
        kernel,
        memory: table.memory,
        workspace,
        matrix,
        objective,
        train,
        ...(patience !== undefined && { watch: { rows: watched, patience } }),
        seed,
      },
      settings,
      onRound,
    );
  };
}

function objectiveOf({ classes, target, weights }: SharedTable): Objective {
  if (classes === 0) return squaredError(target, weights);
  return classes === 2 ? binaryLogLoss(target, weights) : softmaxLogLoss(target, weights, classes);
}
