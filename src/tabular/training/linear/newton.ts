import type { Design } from '../../scoring/design.ts';
import { addScores, BLOCK_ROWS } from '../../scoring/linear.ts';
import { solveSymmetric } from './cholesky.ts';
import { addProducts } from './design-products.ts';
import { addGramBlock } from './gram.ts';
import { largest } from './lbfgs.ts';
import { binaryLoss } from './log-loss.ts';
import { penalise } from './ridge.ts';
import { MIN_ROWS_FOR_WARM_START, WARM_START_SHARE, WARM_START_TOLERANCE } from './warm-start.ts';

/** Above it the Hessian (width² numbers, width³ steps to solve) costs more than it saves. */
export const MAX_WIDTH_OF_NEWTON = 600;

const MAX_ITERATIONS = 50;
const LEAST_FACTOR = 1e-6;
const TOLERANCE = 1e-5;

/**
 * Minimises the two classes' Σ weight · log loss + l2 / 2 · Σ w² by Newton's method with step halving (Hastie,
 * Tibshirani & Friedman, The Elements of Statistical Learning, 4.4.1), until the gradient's largest component has
 * fallen to `TOLERANCE` of what it is at 0.
 *
 * @param codes 0 or 1 for each row
 * @param rowWeights null: 1 each
 * @returns the weights, then the intercept
 */
export function minimiseByNewton(
  design: Design,
  codes: Int32Array,
  l2: number,
  rowWeights: Float64Array | null,
): Float64Array {
  const quadraticOf = (share: number) => (x: Float64Array) =>
    quadraticAt(x, design, codes, l2, rowWeights, share);
  const zero = { x: new Float64Array(design.width + 1), gradientNorm: null };
  const start =
    design.rows < MIN_ROWS_FOR_WARM_START
      ? zero
      : descend(quadraticOf(WARM_START_SHARE), zero, WARM_START_TOLERANCE);
  return descend(quadraticOf(1), start, TOLERANCE).x;
}

/** The function around a point, to the second order. */
interface Quadratic {
  readonly value: number;
  readonly gradient: Float64Array;
  /** Lower triangle. */
  readonly hessian: Float64Array;
}

function descend(
  quadratic: (x: Float64Array) => Quadratic,
  start: { readonly x: Float64Array; readonly gradientNorm: number | null },
  tolerance: number,
): { readonly x: Float64Array; readonly gradientNorm: number } {
  let { x } = start;
  let at = quadratic(x);
  const gradientNorm = start.gradientNorm ?? largest(at.gradient);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    if (largest(at.gradient) <= tolerance * gradientNorm) break;
    const step = solveSymmetric(at.hessian, at.gradient.slice());
    let next = x;
    let there = at;
    for (let factor = 1; factor > LEAST_FACTOR && !(there.value < at.value); factor /= 2) {
      next = x.map((value, j) => value - factor * step[j]!);
      there = quadratic(next);
    }
    // No step lowers it any more: rounding is all that is left.
    if (!(there.value < at.value)) break;
    x = next;
    at = there;
  }
  return { x, gradientNorm };
}

/** @param share one row of so many is looked at, and counts as many times */
function quadraticAt(
  x: Float64Array,
  design: Design,
  codes: Int32Array,
  l2: number,
  rowWeights: Float64Array | null,
  share: number,
): Quadratic {
  const { rows, width } = design;
  const size = width + 1;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const sums = new Float64Array(width);
  const block = new Float64Array(BLOCK_ROWS);
  const curvatures = new Float64Array(BLOCK_ROWS);
  let value = 0;
  let curvature = 0;
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const end = Math.min(from + BLOCK_ROWS / share, rows);
    block.fill(x[width]!);
    addScores(design, x, from, end, block);
    value += binaryLoss([block], codes, rowWeights, from, end);
    for (let i = 0; i < end - from; i++) {
      const weight = rowWeights ? rowWeights[from + i]! : 1;
      const slope = block[i]!;
      // The slope is weight · (p − code).
      const p = slope / weight + codes[from + i]!;
      curvatures[i] = weight * p * (1 - p);
      curvature += curvatures[i]!;
      gradient[width]! += slope;
    }
    addProducts(design, block, from, end, gradient);
    addProducts(design, curvatures, from, end, sums);
    addGramBlock(design, from, end, curvatures, size, hessian);
  }
  hessian.set(sums, width * size);
  hessian[width * size + width] = curvature;
  for (const numbers of [gradient, hessian]) {
    for (let j = 0; j < numbers.length; j++) numbers[j]! *= share;
  }
  value = share * value + penalise(x, gradient, width, l2) / 2;
  for (let j = 0; j < width; j++) hessian[j * size + j]! += l2;
  return { value, gradient, hessian };
}
