import type { Task } from '../table.ts';
import { type FitOptions, fitModel, type ModelSpecification } from './fit-model.ts';
import type { Fitted } from './fitted.ts';
import type { TrainParams } from './params.ts';
import type { Reporter } from './progress.ts';
import type { TrainingData } from './training-data.ts';

/** Light mode's recipe. */
export function lightSpecification(task: Task, params: TrainParams): ModelSpecification {
  const isRegression = task === 'regression';
  return {
    linear: {
      weight: 1,
      penalty: {
        l2: params.l2 ?? (isRegression ? 1e-9 : 1),
        perRow: isRegression && params.l2 === undefined,
        estimatesLabels: params.l2 === undefined,
      },
    },
    boosting: null,
    balanced: params.class_weight === 'balanced',
    targetTransform: null,
  };
}

/** Light mode: its recipe as it is. */
export async function fitLight(
  data: TrainingData,
  rows: Int32Array,
  specification: ModelSpecification,
  options: FitOptions,
  report: Reporter,
): Promise<Fitted> {
  report.stage('fit', 0.1);
  return {
    specification,
    search: null,
    searched: null,
    fit: await fitModel(data, rows, specification, options),
    fittedRows: rows.length,
    secondsPerRow: 0,
  };
}
