import { predictor } from '../scoring/estimators.ts';
import type { Mode } from '../table.ts';
import { type FitOptions, fitModel, type ModelSpecification } from './fit-model.ts';
import type { TrainParams } from './params.ts';
import type { OutOfFold } from './quality/cross-validation.ts';
import { concatenate } from './search/linear-trial.ts';
import { classCount, type TrainingData } from './training-data.ts';

const DEFAULT_FOLDS = 5;
/** A light fit of so many cells takes some milliseconds. */
const MAX_CHEAP_CELLS = 100_000;
const MAX_CHEAP_ROWS = 5000;
/** A row alone has no R². */
const ROWS_PER_FOLD = 2;

/** In how many folds the recipe is fitted anew, beside what its search did; 0: in none. */
export function foldsToFit(data: TrainingData, mode: Mode, { cross_validation }: TrainParams): number {
  if (cross_validation !== undefined) return cross_validation;
  const rows = data.target.rows.length;
  const cells = rows * data.inputs.length * Math.max(1, classCount(data));
  return mode === 'light' && rows <= MAX_CHEAP_ROWS && cells <= MAX_CHEAP_CELLS ? DEFAULT_FOLDS : 0;
}

/** Fits the recipe on each of `folds` splits of all rows, fewer where rows are few, and has it predict the others. */
export async function crossValidate(
  data: TrainingData,
  specification: ModelSpecification,
  folds: number,
  options: FitOptions,
): Promise<OutOfFold> {
  const { rows } = data.target;
  const splits = data.splitter.folds(
    rows,
    Math.min(folds, Math.floor(rows.length / ROWS_PER_FOLD)),
    options.seed,
  );
  const parts: Float64Array[] = [];
  for (const { train, test } of splits) {
    const { estimator } = await fitModel(data, train, specification, options);
    parts.push(predictor(estimator, classCount(data))(data.inputs, test));
  }
  return { splits, predicted: concatenate(parts) };
}
