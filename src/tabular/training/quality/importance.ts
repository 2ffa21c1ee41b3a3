import type { Estimator } from '../../document.ts';
import { predictor } from '../../scoring/estimators.ts';
import type { Fit } from '../fit-model.ts';
import { createRandom, sample, shuffle } from '../random.ts';
import { classCount, type TrainingData } from '../training-data.ts';
import type { FeatureImportance } from '../types.ts';
import { mainScore } from './evaluate.ts';
import { shuffledPredictor, takeRows } from './shuffled.ts';

const MAX_ROWS = 5000;
const MAX_REPEATS = 5;
/** Steps of scoring in all, about a second. */
const MAX_STEPS = 5e8;
/** A tree takes about as long as so many columns are read. */
const STEPS_PER_TREE = 10;

/**
 * Permutation importance (Breiman, 2001): the mean fall of the main score when one column's values are shuffled
 * among rows the model did not see. Wide tables and large models use fewer rows and repeats, so that the work stays
 * bounded.
 */
export function permutationImportance(
  data: TrainingData,
  { estimator, gains }: Fit,
  test: Int32Array,
  seed: number,
): FeatureImportance[] {
  const random = createRandom(seed, 'importance');
  const affordable = Math.max(
    50,
    Math.floor(MAX_STEPS / (stepsPerRow(data, estimator) * data.inputs.length)),
  );
  const rows = sample(test, Math.min(MAX_ROWS, affordable), random);
  const repeats = Math.max(1, Math.min(MAX_REPEATS, Math.floor(affordable / rows.length)));
  const inputs = data.inputs.map((input) => takeRows(input, rows));
  const reference = mainScore(data, predictor(estimator, classCount(data))(inputs, null), rows);
  const predict = shuffledPredictor(estimator, inputs, classCount(data));
  const inOrder = Int32Array.from({ length: rows.length }, (_, row) => row);
  return data.columns
    .map(({ name }, position) => {
      let fall = 0;
      for (let repeat = 0; repeat < repeats; repeat++) {
        const order = shuffle(inOrder.slice(), random);
        fall += reference - mainScore(data, predict(position, order), rows);
      }
      return { feature: name, importance: fall / repeats, ...(gains && { gain: gains[position]! }) };
    })
    .sort((a, b) => b.importance - a.importance);
}

/** Of one column's shuffle: trees read all columns anew, a linear model only the changed one. */
function stepsPerRow(data: TrainingData, estimator: Estimator): number {
  const trees = treeCount(estimator);
  return Math.max(1, classCount(data)) + (trees > 0 ? data.inputs.length + STEPS_PER_TREE * trees : 0);
}

function treeCount(estimator: Estimator): number {
  if (estimator.kind === 'trees') return estimator.roots.length;
  if (estimator.kind === 'transformed_target') return treeCount(estimator.estimator);
  return estimator.kind === 'blend'
    ? estimator.members.reduce((sum, member) => sum + treeCount(member.estimator), 0)
    : 0;
}
