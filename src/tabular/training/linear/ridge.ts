import type { Design } from '../../scoring/design.ts';
import { BLOCK_ROWS } from '../../scoring/linear.ts';
import { factorise, solve } from './cholesky.ts';
import { descend, firstPenalties, type PenaltySettings } from './descend.ts';
import { addProducts } from './design-products.ts';
import { addGramBlock } from './gram.ts';
import { labelPenalties } from './label-penalties.ts';
import { SquaredLoss } from './squared-loss.ts';

/** Above this width the normal equations (rows · width² steps) cost more than iterating. */
const MAX_WIDTH_OF_NORMAL_EQUATIONS = 150;

/**
 * Ridge regression (Hoerl & Kennard, 1970): minimises Σ (y − b − w·x)² + Σ penalty · w². The intercept is free.
 *
 * @param near the result of similar settings
 * @returns the weights, then the intercept
 */
export function fitRidge(
  design: Design,
  y: Float64Array,
  settings: PenaltySettings,
  near: Float64Array | null,
): Float64Array {
  const loss = new SquaredLoss(design, y);
  if (design.width <= MAX_WIDTH_OF_NORMAL_EQUATIONS) {
    const solveWith = normalEquations(design, y);
    const penalties = firstPenalties(design, settings);
    const x = solveWith(penalties);
    if (!settings.estimatesLabels || design.hot.length === 0) return x;
    return solveWith(labelPenalties(design, loss.evidenceAt(x, penalties), x, penalties));
  }
  if (near) return descend(loss, settings, near, true);
  const start = new Float64Array(design.width + 1);
  start[design.width] = meanOf(y);
  return descend(loss, settings, start);
}

/** A function from penalties to the solution. */
function normalEquations(design: Design, y: Float64Array): (penalties: Float64Array) => Float64Array {
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
  return (penalties) => {
    const a = gram.slice();
    for (let j = 0; j < width; j++) a[j * size + j]! += penalties[j]!;
    // Σ (y − mean) = 0, so the intercept's right side stays 0.
    const solution = solve(factorise(a, size), right.slice());
    solution[width]! += mean;
    return solution;
  };
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
