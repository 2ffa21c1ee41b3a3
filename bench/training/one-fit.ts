import { availableParallelism } from 'node:os';
import { MODEL_FORMAT, MODEL_VERSION, type ModelDocument } from '../../src/domain/model/scoring/document.ts';
import type { Task } from '../../src/domain/modes.ts';
import type { Table } from '../../src/domain/table/types.ts';
import { selectInputs } from '../../src/domain/training/engine/columns.ts';
import { fitRecipe, type Recipe } from '../../src/domain/training/engine/recipe.ts';
import { readTarget } from '../../src/domain/training/engine/target.ts';
import type { TrainingData } from '../../src/domain/training/engine/training-data.ts';

/** At the settings of `same_settings` in reference.py. */
export const HUNDRED_TREES: Recipe = {
  linear: null,
  boosting: {
    weight: 1,
    members: [
      {
        rounds: 100,
        learningRate: 0.1,
        leaves: 31,
        minLeafRows: 20,
        l2: 0,
        featureFraction: 1,
        rowFraction: 1,
      },
    ],
  },
  balanced: false,
};

export const linearRecipe = (task: Task): Recipe => ({
  linear: {
    weight: 1,
    penalty: { l2: task === 'regression' ? 1e-9 : 1, perRow: task === 'regression' },
  },
  boosting: null,
  balanced: false,
});

/** One fit of a recipe on all rows, without search, measuring or refit. */
export async function fitOnce(
  table: Table,
  task: Task,
  recipe: Recipe,
  seed: number,
): Promise<{ readonly document: ModelDocument; readonly data: TrainingData }> {
  const target = readTarget(table, 'target', task);
  const { columns, inputs } = selectInputs(table, 'target', target.rows, {});
  const data = { columns, inputs, target };
  const { estimator } = await fitRecipe(data, target.rows, recipe, { seed, threads: availableParallelism() });
  const classes = target.task === 'classification' ? target.classes : null;
  const format = { format: MODEL_FORMAT, version: MODEL_VERSION } as const;
  return { document: { ...format, task, target: 'target', classes, columns, estimator }, data };
}
