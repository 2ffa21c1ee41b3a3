import type { Estimator, FittedEstimator, LinearEstimator } from '../document.ts';
import { columnParts, linearScores } from '../scoring/linear.ts';
import type { InputData } from '../values/inputs.ts';
import { createRandom, sample } from './random.ts';

/** Of more rows, the means of so many are as good: their error is a hundredth of how the parts spread. */
const MAX_ROWS = 10_000;

/**
 * The model with what each column adds to its linear scores on average over the rows: what a row's contributions are
 * counted from.
 */
export function withColumnMeans(
  estimator: Estimator,
  inputs: readonly InputData[],
  rows: Int32Array,
  seed: number,
): Estimator {
  const looked = sample(rows, MAX_ROWS, createRandom(seed, 'column-means'));
  const measured = (linear: LinearEstimator): LinearEstimator => ({
    ...linear,
    means: columnMeans(linear, inputs, looked),
  });
  const ofFitted = (fitted: FittedEstimator): FittedEstimator => {
    if (fitted.kind === 'linear') return measured(fitted);
    if (fitted.kind === 'trees') return fitted;
    return {
      kind: 'blend',
      members: fitted.members.map(({ weight, estimator: member }) => ({
        weight,
        estimator: member.kind === 'linear' ? measured(member) : member,
      })),
    };
  };
  return estimator.kind === 'transformed_target'
    ? { ...estimator, estimator: ofFitted(estimator.estimator) }
    : ofFitted(estimator);
}

function columnMeans(estimator: LinearEstimator, inputs: readonly InputData[], rows: Int32Array): number[][] {
  const outputs = estimator.intercepts.length;
  const partOf = columnParts(estimator);
  const means = estimator.intercepts.map(() => inputs.map(() => 0));
  inputs.forEach((_, column) => {
    const scores = linearScores(partOf(column))(inputs, rows);
    for (let i = 0; i < scores.length; i++) means[i % outputs]![column]! += scores[i]! / rows.length;
  });
  return means;
}
