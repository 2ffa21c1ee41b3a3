import type { Design } from '../../scoring/design.ts';
import { descend, type PenaltySettings } from './descend.ts';
import { LogisticLoss } from './logistic-loss.ts';

/**
 * Logistic regression: minimises Σ weight · log loss + ½ Σ penalty · w²; two classes have one row of weights (log-odds
 * of the second), more have one each (softmax). Intercepts are free. (Hastie, Tibshirani & Friedman, The Elements of
 * Statistical Learning, 4.4.)
 *
 * @param codes class of each row, 0 … classes − 1
 * @param rowWeights null: 1 each
 * @param near the result of similar settings
 * @returns for each row of weights: the weights, then the intercept
 */
export function fitLogistic(
  design: Design,
  codes: Int32Array,
  classes: number,
  rowWeights: Float64Array | null,
  settings: PenaltySettings,
  near: Float64Array | null,
): Float64Array {
  const loss = new LogisticLoss(design, codes, classes, rowWeights);
  if (near) return descend(loss, settings, near, true);
  return descend(loss, settings, atBaseRates(codes, classes, rowWeights, design.width + 1));
}

/** Weights of 0, and the intercepts that go with them. */
function atBaseRates(
  codes: Int32Array,
  classes: number,
  rowWeights: Float64Array | null,
  size: number,
): Float64Array {
  const totals = new Float64Array(classes);
  for (let i = 0; i < codes.length; i++) totals[codes[i]!]! += rowWeights ? rowWeights[i]! : 1;
  // One row more each: a class may have none here.
  const logs = totals.map((total) => Math.log(total + 1));
  const intercepts = classes === 2 ? [logs[1]! - logs[0]!] : [...logs];
  const x = new Float64Array(intercepts.length * size);
  intercepts.forEach((intercept, k) => {
    x[(k + 1) * size - 1] = intercept;
  });
  return x;
}
