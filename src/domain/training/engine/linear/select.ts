import { scoreEstimator } from '../../../model/scoring/index.ts';
import { probabilities } from '../../../model/scoring/probabilities.ts';
import { logLoss } from '../quality/classification.ts';
import { regressionQuality } from '../quality/regression.ts';
import { foldRows } from '../split.ts';
import type { TrainingData } from '../training-data.ts';
import { classCodes, targetValues } from '../training-data.ts';
import { fitLinear } from './fit.ts';

const FOLDS = 5;
/** Of the penalty per row, so that the same grid suits small and large tables. */
const L2_PER_ROW = [1e-9, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1];

/**
 * The l2 penalty with the lowest mean loss (log loss, squared error) over seeded folds of `rows`; the stronger of
 * equals.
 */
export function selectL2(
  data: TrainingData,
  rows: Int32Array,
  balanced: boolean,
  seed: number,
  onProgress: (fraction: number) => void,
): number {
  const { target } = data;
  const codes = target.task === 'classification' ? target.codes : undefined;
  const folds = foldRows(rows, Math.min(FOLDS, rows.length), seed, codes);
  const losses = L2_PER_ROW.map(() => 0);
  let done = 0;
  for (const { train, test } of folds) {
    L2_PER_ROW.forEach((perRow, g) => {
      const estimator = fitLinear(data, train, { l2: perRow * train.length, balanced });
      losses[g]! += heldOutLoss(data, scoreEstimator(estimator, data.inputs, test), test);
      onProgress(++done / (folds.length * L2_PER_ROW.length));
    });
  }
  const best = losses.lastIndexOf(Math.min(...losses));
  return L2_PER_ROW[best]! * rows.length;
}

function heldOutLoss({ target }: TrainingData, scores: Float64Array, rows: Int32Array): number {
  if (target.task === 'regression') return regressionQuality(targetValues(target, rows), scores).mse;
  const count = target.classes.length;
  return logLoss(classCodes(target, rows), probabilities(scores, count), count);
}
