import { availableParallelism } from 'node:os';
import type { ModelDocument, Table } from '#tabular';
import { MODEL_FORMAT, MODEL_VERSION } from '../../src/tabular/document.ts';
import { selectInputs } from '../../src/tabular/training/columns.ts';
import { fitModel, type ModelSpecification } from '../../src/tabular/training/fit-model.ts';
import { randomSplitter } from '../../src/tabular/training/splitter.ts';
import { readTarget } from '../../src/tabular/training/target.ts';
import type { TrainingData } from '../../src/tabular/training/training-data.ts';
import type { Task } from '../../src/vocabulary/modes.ts';

/** At the settings of `same_settings` in reference.py. */
export const HUNDRED_TREES: ModelSpecification = {
  linear: null,
  boosting: {
    weight: 1,
    members: [
      {
        weight: 1,
        settings: {
          rounds: 100,
          learningRate: 0.1,
          leaves: 31,
          minLeafRows: 20,
          l2: 0,
          featureFraction: 1,
          rowFraction: 1,
          extraTrees: false,
        },
      },
    ],
  },
  balanced: false,
  targetTransform: null,
};

export const linearSpecification = (task: Task): ModelSpecification => ({
  linear: {
    weight: 1,
    penalty: {
      l2: task === 'regression' ? 1e-9 : 1,
      perRow: task === 'regression',
      estimatesLabels: true,
    },
  },
  boosting: null,
  balanced: false,
  targetTransform: null,
});

/** One fit of a specification on all rows, without search, measuring or refit. */
export async function fitOnce(
  table: Table,
  task: Task,
  specification: ModelSpecification,
  seed: number,
): Promise<{ readonly document: ModelDocument; readonly data: TrainingData }> {
  const target = readTarget(table, 'target', task);
  const { columns, inputs } = selectInputs(table, 'target', target.rows, { params: {} });
  const data = { columns, inputs, target, splitter: randomSplitter(target) };
  const { estimator } = await fitModel(data, target.rows, specification, {
    seed,
    threads: availableParallelism(),
  });
  const classes = target.task === 'classification' ? target.classes : null;
  const format = { format: MODEL_FORMAT, version: MODEL_VERSION } as const;
  return { document: { ...format, task, target: 'target', classes, columns, estimator }, data };
}
