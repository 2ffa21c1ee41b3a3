import type { Design, HotGroup } from '../../scoring/design.ts';
import { BLOCK_ROWS } from '../../scoring/linear.ts';
import { factorise, solveLower, solveUpper } from './cholesky.ts';
import { dotBlock } from './dots.ts';
import { addGramBlock } from './gram.ts';
import { MAX_BLOCK } from './numbers-part.ts';

/** A design of fewer weights, and the ways between its solutions and those of the one it stands for. */
export interface RowSpace {
  readonly design: Design;
  toCoordinates(solution: Float64Array): Float64Array;
  toWeights(solution: Float64Array): Float64Array;
}

/**
 * Of numbers that are more than the rows: their weights by coordinates in the space that the rows span. X = L Qᵀ, L the
 * Cholesky factor of X Xᵀ and the columns of Q orthonormal, so w = Q z has the scores L z and the length of z: the same
 * loss under the same penalty. What a weight vector has outside that space costs penalty and changes no score, so nothing
 * is lost (the representer theorem; Hastie & Tibshirani, 2004). Labels and intercepts stay as they are.
 *
 * @returns null where there is nothing to save
 */
export function rowSpace(encoded: Design): RowSpace | null {
  const { rows, width, dense, hot } = encoded;
  if (dense.length <= rows || rows >= MAX_BLOCK) return null;
  const factor = factorise(gramOfRows(encoded), rows);
  const groups = behind(rows, hot);
  const design: Design = {
    rows,
    width: rows + width - dense.length,
    dense: columnsOf(factor.lower, rows),
    hot: groups,
  };
  return {
    design,
    toCoordinates: (solution) =>
      eachOutput(solution, width, design.width, (weights, coordinates) => {
        const z = coordinates.subarray(0, rows);
        for (const { index, values } of dense) {
          for (let i = 0; i < rows; i++) z[i]! += weights[index]! * values[i]!;
        }
        solveLower(factor, z);
        move(hot, weights, groups, coordinates);
      }),
    toWeights: (solution) =>
      eachOutput(solution, design.width, width, (coordinates, weights) => {
        const dual = solveUpper(factor, coordinates.slice(0, rows));
        for (const { index, values } of dense) weights[index] = dotBlock(values, 0, dual, 0, rows);
        move(groups, coordinates, hot, weights);
      }),
  };
}

/** The lower triangle of X Xᵀ, of the numbers alone. */
function gramOfRows({ rows, dense }: Design): Float64Array {
  const gram = new Float64Array(rows * rows);
  const transposed = Array.from({ length: rows }, () => new Float64Array(BLOCK_ROWS));
  const columns = transposed.map((values, index) => ({ index, values }));
  for (let from = 0; from < dense.length; from += BLOCK_ROWS) {
    const block = dense.slice(from, from + BLOCK_ROWS);
    block.forEach(({ values }, j) => {
      for (let i = 0; i < rows; i++) transposed[i]![j] = values[i]!;
    });
    const count = block.length;
    addGramBlock({ rows: count, width: rows, dense: columns, hot: [] }, 0, count, null, rows, gram);
  }
  return gram;
}

/** @param lower triangle, row-major */
function columnsOf(lower: Float64Array, size: number): Design['dense'] {
  return Array.from({ length: size }, (_, index) => {
    const values = new Float64Array(size);
    for (let i = index; i < size; i++) values[i] = lower[i * size + index]!;
    return { index, values };
  });
}

/** The same groups with their features from `start` on. */
function behind(start: number, hot: readonly HotGroup[]): HotGroup[] {
  let next = start;
  return hot.map((group) => {
    const shift = next - group.start;
    next += group.count;
    const codes = group.codes.map((code) => (code < 0 ? code : code + shift));
    return { start: group.start + shift, count: group.count, codes };
  });
}

function move(
  from: readonly HotGroup[],
  source: Float64Array,
  to: readonly HotGroup[],
  target: Float64Array,
): void {
  from.forEach(({ start, count }, g) => {
    target.set(source.subarray(start, start + count), to[g]!.start);
  });
}

/** Writes each output's new weights from its old ones; intercepts stay. */
function eachOutput(
  solution: Float64Array,
  oldWidth: number,
  newWidth: number,
  write: (old: Float64Array, fresh: Float64Array) => void,
): Float64Array {
  const outputs = solution.length / (oldWidth + 1);
  const out = new Float64Array(outputs * (newWidth + 1));
  for (let k = 0; k < outputs; k++) {
    const old = solution.subarray(k * (oldWidth + 1), (k + 1) * (oldWidth + 1));
    const fresh = out.subarray(k * (newWidth + 1), (k + 1) * (newWidth + 1));
    write(old, fresh);
    fresh[newWidth] = old[oldWidth]!;
  }
  return out;
}
