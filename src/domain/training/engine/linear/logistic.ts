import type { Design } from '../../../model/scoring/design.ts';
import { addScores, BLOCK_ROWS } from '../../../model/scoring/linear.ts';
import { addProducts } from './design-products.ts';
import { minimise } from './lbfgs.ts';
import { penalise } from './ridge.ts';

/**
 * Logistic regression: minimises Σ weight · log loss + l2 / 2 · Σ w² by L-BFGS; two classes have one row of
 * weights (log-odds of the second), more have one each (softmax). Intercepts are free. (Hastie, Tibshirani &
 * Friedman, The Elements of Statistical Learning, 4.4.)
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
  const outputs = classes === 2 ? 1 : classes;
  const size = design.width + 1;
  const objective = outputs === 1 ? binaryLoss : softmaxLoss;
  const scratch = Array.from({ length: outputs }, () => new Float64Array(BLOCK_ROWS));
  return minimise(
    (x, gradient) => {
      gradient.fill(0);
      let loss = 0;
      for (let from = 0; from < design.rows; from += BLOCK_ROWS) {
        const end = Math.min(from + BLOCK_ROWS, design.rows);
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
      for (let k = 0; k < outputs; k++) loss += penalise(x, gradient, design.width, l2, k * size) / 2;
      return loss;
    },
    new Float64Array(outputs * size),
  ).x;
}

/** Loss of the rows `from` … `end` − 1; turns their scores into the loss's slopes by the scores. */
type BlockLoss = (
  scratch: readonly Float64Array[],
  codes: Int32Array,
  rowWeights: Float64Array | null,
  from: number,
  end: number,
) => number;

const binaryLoss: BlockLoss = ([scores], codes, rowWeights, from, end) =>
  rowWeights
    ? weightedBinaryLoss(scores!, codes, rowWeights, from, end)
    : plainBinaryLoss(scores!, codes, from, end);

/** 2 to this power is still a number. */
const MAX_FACTORS = 512;

/** Σ log(1 + e) is the logarithm of a product: one logarithm for many rows. */
function plainBinaryLoss(scores: Float64Array, codes: Int32Array, from: number, end: number): number {
  let loss = 0;
  for (let start = 0; start < end - from; start += MAX_FACTORS) {
    const stop = Math.min(start + MAX_FACTORS, end - from);
    let product = 1;
    for (let i = start; i < stop; i++) {
      const score = scores[i]!;
      const isSecond = codes[from + i]!;
      const e = Math.exp(-Math.abs(score));
      product *= 1 + e;
      loss += Math.max(score, 0) - isSecond * score;
      scores[i] = (score >= 0 ? 1 : e) / (1 + e) - isSecond;
    }
    loss += Math.log(product);
  }
  return loss;
}

function weightedBinaryLoss(
  scores: Float64Array,
  codes: Int32Array,
  rowWeights: Float64Array,
  from: number,
  end: number,
): number {
  let loss = 0;
  for (let i = 0; i < end - from; i++) {
    const score = scores[i]!;
    const isSecond = codes[from + i]!;
    const weight = rowWeights[from + i]!;
    const e = Math.exp(-Math.abs(score));
    loss += weight * (Math.log1p(e) + Math.max(score, 0) - isSecond * score);
    scores[i] = weight * ((score >= 0 ? 1 : e) / (1 + e) - isSecond);
  }
  return loss;
}

const softmaxLoss: BlockLoss = (scratch, codes, rowWeights, from, end) => {
  const classes = scratch.length;
  let loss = 0;
  for (let i = 0; i < end - from; i++) {
    const actual = codes[from + i]!;
    const weight = rowWeights ? rowWeights[from + i]! : 1;
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) highest = Math.max(highest, scratch[k]![i]!);
    let sum = 0;
    const actualScore = scratch[actual]![i]!;
    for (let k = 0; k < classes; k++) {
      const e = Math.exp(scratch[k]![i]! - highest);
      scratch[k]![i] = e;
      sum += e;
    }
    loss += weight * (Math.log(sum) + highest - actualScore);
    for (let k = 0; k < classes; k++) {
      scratch[k]![i] = weight * (scratch[k]![i]! / sum - Number(k === actual));
    }
  }
  return loss;
};
