import type { Estimator } from '../../document.ts';
import { predictor } from '../../scoring/estimators.ts';
import type { Fit } from '../fit-model.ts';
import { createRandom, sample, shuffle } from '../random.ts';
import { classCodes, classCount, type TrainingData, targetValues } from '../training-data.ts';
import type { FeatureImportance } from '../types.ts';
import { logLoss } from './classification.ts';
import { coefficientOfDetermination } from './regression.ts';
import { shuffledPredictor, takeRows } from './shuffled.ts';

const MAX_ROWS = 5000;
const MAX_REPEATS = 5;
/** Steps of scoring in all, about a second. */
const MAX_STEPS = 5e8;
/** A tree takes about as long as so many columns are read. */
const STEPS_PER_TREE = 10;
/** So does a probability and its logarithm. */
const STEPS_PER_CLASS = 10;

/**
 * Permutation importance (Breiman, 2001): by how much the predictions become worse when one column's values are shuffled
 * among rows the model did not see. Of classes by the log loss: where one is frequent, accuracy hardly moves whatever is
 * lost. Wide tables and large models use fewer rows and repeats, so that the work stays
 * bounded.
 */
export function permutationImportance(
  data: TrainingData,
  { estimator, gains }: Fit,
  test: Int32Array,
  seed: number,
): FeatureImportance[] {
  const random = createRandom(seed, 'importance');
  const { rows: most, repeats } = extentOfImportance(data, treeCount(estimator), test.length);
  const rows = sample(test, most, random);
  const inputs = data.inputs.map((input) => takeRows(input, rows));
  const reference = score(data, predictor(estimator, classCount(data))(inputs, null), rows);
  const predict = shuffledPredictor(estimator, inputs, classCount(data));
  const inOrder = Int32Array.from({ length: rows.length }, (_, row) => row);
  return data.columns
    .map(({ name }, position) => {
      const falls = Array.from({ length: repeats }, () => {
        const order = shuffle(inOrder.slice(), random);
        return reference - score(data, predict(position, order), rows);
      });
      const importance = mean(falls);
      const importance_std = Math.sqrt(mean(falls.map((fall) => (fall - importance) ** 2)));
      return { feature: name, importance, importance_std, ...(gains && { gain: gains[position]! }) };
    })
    .sort((a, b) => b.importance - a.importance);
}

/** How many rows are asked about, and how often with each column's values shuffled. */
export function extentOfImportance(
  data: TrainingData,
  trees: number,
  tested: number,
): { readonly rows: number; readonly repeats: number } {
  const affordable = Math.max(50, Math.floor(MAX_STEPS / (stepsPerRow(data, trees) * data.inputs.length)));
  const rows = Math.min(tested, MAX_ROWS, affordable);
  return { rows, repeats: Math.max(1, Math.min(MAX_REPEATS, Math.floor(affordable / rows))) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Higher is better: R², or minus the log loss. */
function score({ target }: TrainingData, predicted: Float64Array, rows: Int32Array): number {
  return target.task === 'regression'
    ? coefficientOfDetermination(targetValues(target, rows), predicted)
    : -logLoss(classCodes(target, rows), predicted, target.classes.length);
}

/** Of one column's shuffle: trees read all columns anew, a linear model only the changed one. */
function stepsPerRow(data: TrainingData, trees: number): number {
  const classes = STEPS_PER_CLASS * classCount(data);
  return Math.max(1, classes) + (trees > 0 ? data.inputs.length + STEPS_PER_TREE * trees : 0);
}

/** Of one prediction of a row, whatever its model. */
export const stepsOfScoring = (data: TrainingData, trees: number): number =>
  STEPS_PER_CLASS * Math.max(1, classCount(data)) + data.inputs.length + STEPS_PER_TREE * trees;

export function treeCount(estimator: Estimator): number {
  if (estimator.kind === 'trees') return estimator.roots.length;
  if (estimator.kind === 'transformed_target') return treeCount(estimator.estimator);
  return estimator.kind === 'blend'
    ? estimator.members.reduce((sum, member) => sum + treeCount(member.estimator), 0)
    : 0;
}
