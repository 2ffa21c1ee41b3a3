import type { Design, HotGroup } from '../../scoring/design.ts';
import { BLOCK_ROWS } from '../../scoring/linear.ts';
import { type Cholesky, factorise, solve } from './cholesky.ts';
import { addGramBlock } from './gram.ts';
import type { Sample } from './sample.ts';

/** Multiplies by an approximate inverse of the Hessian, in place: for each output the weights, then the intercept. */
export type Precondition = (vector: Float64Array) => void;

/** How a loss curves at a point. */
export interface Curvature {
  /** Of a row of the sample, between two outputs' scores. */
  between(k: number, l: number, row: number): number;
  /** For each output Σ curvature · x over all rows: of the labels' features, and after the weights of the intercept. */
  readonly sums: readonly Float64Array[];
}

/** Above so many weights of numbers only the diagonal is taken: more would cost more than it saves. */
export const MAX_BLOCK = 300;

/**
 * An approximate inverse of Σ curvature · x xᵀ + penalties. Taken as they are: how numbers go together, from a sample of
 * the rows, and how the labels of one column do. Left out: how columns of labels go together with others. So few steps are
 * left to whoever iterates with it. Labels are centred, which parts them from the intercept. Then a group, of which each
 * row has one, is a diagonal less an outer product (Sherman & Morrison, 1950); with the diagonal alone nothing but
 * the penalty would hold back the group's sum, and that takes iterations by the hundred.
 */
export function preconditioner(
  sample: Sample,
  { hot, width }: Design,
  curvature: Curvature,
  penalties: Float64Array,
): Precondition {
  const size = width + 1;
  const solveNumbers = numbersPart(sample, curvature, penalties);
  const groups = curvature.sums.flatMap((sums, k) =>
    hot.map((group) => groupPart(group, k * size, penalties, sums, sums[width]!)),
  );
  const eachLabel = (visit: (place: number, mean: number, intercept: number) => void) => {
    curvature.sums.forEach((sums, k) => {
      for (const { start, count } of hot) {
        for (let j = start; j < start + count; j++)
          visit(k * size + j, sums[j]! / sums[width]!, k * size + width);
      }
    });
  };
  return (vector) => {
    eachLabel((place, mean, intercept) => {
      vector[place]! -= mean * vector[intercept]!;
    });
    solveNumbers(vector);
    for (const group of groups) group(vector);
    eachLabel((place, mean, intercept) => {
      vector[intercept]! -= mean * vector[place]!;
    });
  };
}

/** What no penalty keeps from 0 is kept by this share of its curvature. */
const TINY = 1e-10;

/** Numbers and intercepts: of all outputs together, or of each, or the diagonal, as their number allows. */
function numbersPart({ share, design }: Sample, curvature: Curvature, penalties: Float64Array): Precondition {
  const { dense, width, rows } = design;
  const all = [...curvature.sums.keys()];
  const size = dense.length + 1;
  const numbers: Design = {
    rows,
    width: size,
    dense: [...dense.map(({ values }) => values), new Float64Array(rows).fill(1)].map((values, index) => ({
      index,
      values,
    })),
    hot: [],
  };
  const penaltyOf = (j: number) => (j < dense.length ? penalties[dense[j]!.index]! : 0);
  const placeOf = (k: number, j: number) => k * (width + 1) + (dense[j]?.index ?? width);
  if (size > MAX_BLOCK) {
    const inverse = all.map((k) => diagonalOf(numbers, share, (i) => curvature.between(k, k, i)));
    return (vector) => {
      for (const k of all) {
        for (let j = 0; j < size; j++) vector[placeOf(k, j)]! /= inverse[k]![j]! + penaltyOf(j);
      }
    };
  }
  const blocks = all.length * size <= MAX_BLOCK ? [all] : all.map((k) => [k]);
  const parts = blocks.map((ks) => {
    const factor = factorise(hessian(numbers, share, ks, curvature, penaltyOf), ks.length * size);
    return {
      factor,
      at: Int32Array.from({ length: ks.length * size }, (_, r) =>
        placeOf(ks[Math.floor(r / size)]!, r % size),
      ),
    };
  });
  return (vector) => {
    for (const { factor, at } of parts) solveAt(factor, at, vector);
  };
}

function solveAt(factor: Cholesky, at: Int32Array, vector: Float64Array): void {
  const part = new Float64Array(at.length);
  for (let r = 0; r < at.length; r++) part[r] = vector[at[r]!]!;
  solve(factor, part);
  for (let r = 0; r < at.length; r++) vector[at[r]!] = part[r]!;
}

/** Its lower triangle, for the outputs `ks`. */
function hessian(
  design: Design,
  share: number,
  ks: readonly number[],
  { between }: Curvature,
  penaltyOf: (j: number) => number,
): Float64Array {
  const size = design.width;
  const total = ks.length * size;
  const matrix = new Float64Array(total * total);
  const weights = new Float64Array(BLOCK_ROWS);
  ks.forEach((k, row) => {
    ks.slice(0, row + 1).forEach((l, column) => {
      const gram = new Float64Array(size * size);
      for (let from = 0; from < design.rows; from += BLOCK_ROWS) {
        const end = Math.min(from + BLOCK_ROWS, design.rows);
        for (let i = from; i < end; i++) weights[i - from] = share * between(k, l, i);
        addGramBlock(design, from, end, weights, size, gram);
      }
      for (let a = 0; a < size; a++) {
        for (let b = 0; b <= a; b++) {
          const value = gram[a * size + b]!;
          matrix[(row * size + a) * total + column * size + b] = value;
          matrix[(row * size + b) * total + column * size + a] = value;
        }
      }
    });
    for (let j = 0; j < size; j++) {
      const at = (row * size + j) * total + row * size + j;
      matrix[at] = matrix[at]! * (1 + TINY) + penaltyOf(j);
    }
  });
  return matrix;
}

function diagonalOf(design: Design, share: number, curvatureOf: (row: number) => number): Float64Array {
  const curvatures = Float64Array.from({ length: design.rows }, (_, i) => share * curvatureOf(i));
  return Float64Array.from(design.dense, ({ values }) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += curvatures[i]! * values[i]! * values[i]!;
    return sum || 1;
  });
}

/** (diagonal − s sᵀ / total)⁻¹ of one group. */
function groupPart(
  { start, count }: HotGroup,
  offset: number,
  penalties: Float64Array,
  sums: Float64Array,
  total: number,
): Precondition {
  const inverse = new Float64Array(count);
  const scaled = new Float64Array(count);
  let rest = total;
  for (let k = 0; k < count; k++) {
    const sum = sums[start + k]!;
    inverse[k] = 1 / Math.max(sum + penalties[start + k]!, TINY * total);
    scaled[k] = sum * inverse[k]!;
    rest -= sum * scaled[k]!;
  }
  const factor = rest > TINY * total ? 1 / rest : 0;
  const first = offset + start;
  return (vector) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += scaled[k]! * vector[first + k]!;
    for (let k = 0; k < count; k++) {
      vector[first + k] = inverse[k]! * vector[first + k]! + scaled[k]! * sum * factor;
    }
  };
}
