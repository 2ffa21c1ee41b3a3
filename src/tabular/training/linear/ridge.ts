import type { Design } from '../../scoring/design.ts';
import { addScores, BLOCK_ROWS } from '../../scoring/linear.ts';
import { solveSymmetric } from './cholesky.ts';
import { addProducts } from './design-products.ts';
import { addGramBlock } from './gram.ts';
import { minimise } from './lbfgs.ts';

/** Above this width the normal equations (width² numbers, width³ steps) cost more than iterating. */
const MAX_WIDTH_OF_NORMAL_EQUATIONS = 1500;

/**
 * Ridge regression (Hoerl & Kennard, 1970): minimises Σ (y − b − w·x)² + l2 · Σ w². The intercept is free.
 *
 * @returns the weights, then the intercept
 */
export function fitRidge(design: Design, y: Float64Array, l2: number): Float64Array {
  return design.width <= MAX_WIDTH_OF_NORMAL_EQUATIONS
    ? solveNormalEquations(design, y, l2)
    : minimiseSquares(design, y, l2);
}

function solveNormalEquations(design: Design, y: Float64Array, l2: number): Float64Array {
  const { rows, width } = design;
  const size = width + 1;
  const gram = new Float64Array(size * size);
  const right = new Float64Array(size);
  const mean = meanOf(y);
  const centred = y.map((value) => value - mean);
  const ones = new Float64Array(BLOCK_ROWS).fill(1);
  const sums = new Float64Array(width);
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const end = Math.min(start + BLOCK_ROWS, rows);
    addGramBlock(design, start, end, null, size, gram);
    addProducts(design, ones, start, end, sums);
    addProducts(design, centred.subarray(start, end), start, end, right);
  }
  const lastRow = width * size;
  gram.set(sums, lastRow);
  gram[lastRow + width] = rows;
  for (let j = 0; j < width; j++) gram[j * size + j]! += l2;
  // Σ (y − mean) = 0, so the intercept's right side stays 0.
  const solution = solveSymmetric(gram, right);
  solution[width]! += mean;
  return solution;
}

function minimiseSquares(design: Design, y: Float64Array, l2: number): Float64Array {
  const { rows, width } = design;
  const start = new Float64Array(width + 1);
  start[width] = meanOf(y);
  const residuals = new Float64Array(BLOCK_ROWS);
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    let loss = 0;
    gradient.fill(0);
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const end = Math.min(from + BLOCK_ROWS, rows);
      residuals.fill(x[width]!);
      addScores(design, x, from, end, residuals);
      for (let i = from; i < end; i++) {
        const residual = residuals[i - from]! - y[i]!;
        residuals[i - from] = residual;
        loss += residual * residual;
        gradient[width]! += residual;
      }
      addProducts(design, residuals, from, end, gradient);
    }
    return (loss + penalise(x, gradient, width, l2)) / 2;
  };
  return minimise(objective, start).x;
}

/** Adds l2 · w to the gradient; returns l2 · Σ w². */
export function penalise(
  x: Float64Array,
  gradient: Float64Array,
  width: number,
  l2: number,
  offset = 0,
): number {
  let sum = 0;
  for (let j = offset; j < offset + width; j++) {
    sum += x[j]! * x[j]!;
    gradient[j]! += l2 * x[j]!;
  }
  return l2 * sum;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
