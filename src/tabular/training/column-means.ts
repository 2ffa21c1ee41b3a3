import type { Estimator, LinearEstimator } from '../document.ts';
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
  if (estimator.kind === 'linear') return measured(estimator);
  if (estimator.kind === 'trees') return estimator;
  return {
    kind: 'blend',
    members: estimator.members.map(({ weight, estimator: member }) => ({
      weight,
      estimator: member.kind === 'linear' ? measured(member) : member,
    })),
  };
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
