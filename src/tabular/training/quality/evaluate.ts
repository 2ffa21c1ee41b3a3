import type { Estimator } from '../../document.ts';
import { predictor } from '../../scoring/estimators.ts';
import { classCodes, classCount, type TrainingData, targetValues } from '../training-data.ts';
import type { ClassificationQuality, RegressionQuality } from '../types.ts';
import { classificationQuality } from './classification.ts';
import { regressionQuality } from './regression.ts';

/** `predicted`: values, or the classes' probabilities. */
export type Quality = { readonly predicted: Float64Array } & (
  | { readonly task: 'regression'; readonly model: RegressionQuality; readonly baseline: RegressionQuality }
  | {
      readonly task: 'classification';
      readonly model: ClassificationQuality & { readonly confusion_matrix: number[][] };
      readonly baseline: ClassificationQuality;
    }
);

/**
 * Quality on `test` beside what the simplest guess reaches: the mean, or the most frequent class (with each
 * class's share as its probability), both of `train`.
 *
 * @param tested what `test` are rows of
 */
export function evaluate(
  data: TrainingData,
  estimator: Estimator,
  train: Int32Array,
  test: Int32Array,
  tested: TrainingData = data,
): Quality {
  const { target } = tested;
  const predicted = predictor(estimator, classCount(tested))(tested.inputs, test);
  if (target.task === 'regression' && data.target.task === 'regression') {
    const actual = targetValues(target, test);
    const seen = targetValues(data.target, train);
    const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
    return {
      task: 'regression',
      predicted,
      model: regressionQuality(actual, predicted),
      baseline: regressionQuality(actual, new Float64Array(actual.length).fill(mean)),
    };
  }
  if (target.task === 'regression' || data.target.task === 'regression') throw new TypeError('two tasks');
  const actual = classCodes(target, test);
  const count = target.classes.length;
  const shares = classShares(classCodes(data.target, train), count);
  const guess = Float64Array.from({ length: actual.length * count }, (_, i) => shares[i % count]!);
  const { confusion_matrix: _, ...baseline } = classificationQuality(actual, guess, count);
  return {
    task: 'classification',
    predicted,
    model: classificationQuality(actual, predicted, count),
    baseline,
  };
}

function classShares(codes: Int32Array, classes: number): Float64Array {
  const shares = new Float64Array(classes);
  for (const code of codes) shares[code]! += 1 / codes.length;
  return shares;
}
