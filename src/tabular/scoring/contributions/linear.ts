import type { LinearEstimator } from '../../document.ts';
import { columnParts, linearScores } from '../linear.ts';
import type { ScoreExplainer } from './explainer.ts';

/**
 * A linear score is a sum over the columns: each adds by how much its part differs from what it is on average over the
 * training rows. Null: of a model that was made before the averages were kept.
 */
export function linearExplainer(estimator: LinearEstimator): ScoreExplainer | null {
  const { means, intercepts } = estimator;
  if (!means) return null;
  const outputs = intercepts.length;
  const partOf = columnParts(estimator);
  return {
    base: intercepts.map((intercept, k) => means[k]!.reduce((sum, mean) => sum + mean, intercept)),
    read(inputs) {
      const parts = inputs.map((_, column) => linearScores(partOf(column))(inputs, null));
      return function* explain(row, output, weight, sums) {
        parts.forEach((scores, column) => {
          sums[column]! += weight * (scores[row * outputs + output]! - means[output]![column]!);
        });
        yield;
      };
    },
  };
}
