import type {
  BlendEstimator,
  Estimator,
  FittedEstimator,
  LinearEstimator,
  TreesEstimator,
} from '../document.ts';
import { inputLength } from './design.ts';
import { linearScores } from './linear.ts';
import { probabilities } from './probabilities.ts';
import type { ScoreFunction } from './score-function.ts';
import { turnBack } from './target-transform.ts';
import { treeScores } from './trees.ts';

/** Rows scored at once: what a score needs of memory stays small however long the table is. */
const CHUNK_ROWS = 16_384;

/**
 * A function to predictions: of regression one value a row, of classification one probability a row and class,
 * `[row * classes + class]`.
 *
 * @param classes how many; 0 for regression
 */
export function predictor(estimator: Estimator, classes: number): ScoreFunction {
  return inChunks(anyPredictor(estimator, classes), Math.max(1, classes));
}

function anyPredictor(estimator: Estimator, classes: number): ScoreFunction {
  if (estimator.kind !== 'transformed_target') return fittedPredictor(estimator, classes);
  const predict = fittedPredictor(estimator.estimator, classes);
  return (inputs, rows) => turnBack(estimator.transform, predict(inputs, rows));
}

function fittedPredictor(estimator: FittedEstimator, classes: number): ScoreFunction {
  return estimator.kind === 'blend'
    ? blendPredictor(estimator.members, classes)
    : memberPredictor(estimator, classes);
}

function memberPredictor(estimator: LinearEstimator | TreesEstimator, classes: number): ScoreFunction {
  const scores = estimator.kind === 'linear' ? linearScores(estimator) : treeScores(estimator);
  return classes === 0 ? scores : (inputs, rows) => probabilities(scores(inputs, rows), classes);
}

function blendPredictor(members: BlendEstimator['members'], classes: number): ScoreFunction {
  const predictors = members.map(({ estimator }) => memberPredictor(estimator, classes));
  return (inputs, rows) => {
    const mixed = predictors[0]!(inputs, rows).map((value) => value * members[0]!.weight);
    predictors.slice(1).forEach((predict, m) => {
      const part = predict(inputs, rows);
      for (let i = 0; i < mixed.length; i++) mixed[i]! += members[m + 1]!.weight * part[i]!;
    });
    return mixed;
  };
}

function inChunks(predict: ScoreFunction, perRow: number): ScoreFunction {
  return (inputs, rows) => {
    const count = rows?.length ?? (inputs[0] ? inputLength(inputs[0]) : 0);
    if (count <= CHUNK_ROWS) return predict(inputs, rows);
    const out = new Float64Array(count * perRow);
    for (let start = 0; start < count; start += CHUNK_ROWS) {
      const end = Math.min(start + CHUNK_ROWS, count);
      const chunk = rows
        ? rows.subarray(start, end)
        : Int32Array.from({ length: end - start }, (_, i) => start + i);
      out.set(predict(inputs, chunk), start * perRow);
    }
    return out;
  };
}
