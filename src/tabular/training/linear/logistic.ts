import type { Design } from '../../scoring/design.ts';
import { addScores, BLOCK_ROWS } from '../../scoring/linear.ts';
import { addProducts } from './design-products.ts';
import { minimise, type Objective } from './lbfgs.ts';
import { binaryLoss, softmaxLoss } from './log-loss.ts';
import { MAX_WIDTH_OF_NEWTON, minimiseByNewton } from './newton.ts';
import { penalise } from './ridge.ts';
import { MIN_ROWS_FOR_WARM_START, WARM_START_SHARE, WARM_START_TOLERANCE } from './warm-start.ts';

/**
 * Logistic regression: minimises Σ weight · log loss + l2 / 2 · Σ w²; two classes have one row of weights (log-odds of
 * the second), more have one each (softmax). Intercepts are free. (Hastie, Tibshirani & Friedman, The Elements of
 * Statistical Learning, 4.4.) By L-BFGS, which one-hot features make slow (each group adds up to the intercept, and
 * only the penalty parts them): with those, two classes are fitted by Newton's method.
 *
 * @param codes class of each row, 0 … classes − 1
 * @param rowWeights null: 1 each
 * @returns for each row of weights: the weights, then the intercept
 */
export function fitLogistic(
  design: Design,
  codes: Int32Array,
  classes: number,
  l2: number,
  rowWeights: Float64Array | null,
): Float64Array {
  if (classes === 2 && design.hot.length > 0 && design.width <= MAX_WIDTH_OF_NEWTON) {
    return minimiseByNewton(design, codes, l2, rowWeights);
  }
  const outputs = classes === 2 ? 1 : classes;
  const size = design.width + 1;
  const objective = outputs === 1 ? binaryLoss : softmaxLoss;
  const scratch = Array.from({ length: outputs }, () => new Float64Array(BLOCK_ROWS));
  /** @param share one row of so many is looked at, and counts as many times */
  const lossOf =
    (share: number): Objective =>
    (x, gradient) => {
      gradient.fill(0);
      let loss = 0;
      for (let from = 0; from < design.rows; from += BLOCK_ROWS) {
        const end = Math.min(from + BLOCK_ROWS / share, design.rows);
        scratch.forEach((scores, k) => {
          scores.fill(x[k * size + design.width]!);
          addScores(design, x.subarray(k * size, (k + 1) * size), from, end, scores);
        });
        loss += objective(scratch, codes, rowWeights, from, end);
        scratch.forEach((slopes, k) => {
          const part = gradient.subarray(k * size, (k + 1) * size);
          addProducts(design, slopes, from, end, part);
          for (let i = 0; i < end - from; i++) part[design.width]! += slopes[i]!;
        });
      }
      loss *= share;
      for (let j = 0; j < gradient.length; j++) gradient[j]! *= share;
      for (let k = 0; k < outputs; k++) loss += penalise(x, gradient, design.width, l2, k * size) / 2;
      return loss;
    };
  const zero = new Float64Array(outputs * size);
  if (design.rows < MIN_ROWS_FOR_WARM_START) return minimise(lossOf(1), zero).x;
  return minimise(
    lossOf(1),
    minimise(lossOf(WARM_START_SHARE), zero, { tolerance: WARM_START_TOLERANCE }),
    MANY_ROWS,
  ).x;
}

/** Far below what as many rows can tell: the weights' standard error falls with the root of the rows. */
const MANY_ROWS = { tolerance: 1e-4 };
