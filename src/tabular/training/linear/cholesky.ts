import { dotBlock, fourDots } from './dots.ts';

/** A symmetric positive semidefinite matrix as L Lᵀ. */
export interface Cholesky {
  readonly size: number;
  /**
   * size × size, row-major; what stands above the diagonal is no part of it. Where a column depends on earlier ones up
   * to rounding, it is 0 from its diagonal on, and so are solutions there.
   */
  readonly lower: Float64Array;
}

/**
 * Cholesky's factorisation, column by column (Golub & Van Loan, Matrix Computations, 4.2).
 *
 * @param a size × size, row-major; its lower triangle is overwritten by the factor
 */
export function factorise(a: Float64Array, size: number): Cholesky {
  const rows = Array.from({ length: size }, (_, i) => a.subarray(i * size, (i + 1) * size));
  rows.forEach((row, j) => {
    const rest = row[j]! - dotBlock(row, 0, row, 0, j);
    const pivot = rest > row[j]! * 1e-13 ? Math.sqrt(rest) : 0;
    row[j] = pivot;
    for (let first = j + 1; first < size; first += 4) {
      const below = (k: number) => rows[Math.min(first + k, size - 1)]!;
      const dots = fourDots(row, below(0), below(1), below(2), below(3), j);
      for (let k = 0; k < 4 && first + k < size; k++) {
        below(k)[j] = quotient(below(k)[j]! - dots[k]!, pivot);
      }
    }
  });
  return { size, lower: a };
}

/** Solves L Lᵀ x = b. @param b overwritten by x */
export function solve(factor: Cholesky, b: Float64Array): Float64Array {
  return solveUpper(factor, solveLower(factor, b));
}

/** Solves L x = b. @param b overwritten by x */
export function solveLower({ size, lower }: Cholesky, b: Float64Array): Float64Array {
  for (let i = 0; i < size; i++) {
    b[i] = quotient(b[i]! - dotBlock(lower, i * size, b, 0, i), lower[i * size + i]!);
  }
  return b;
}

/** Solves Lᵀ x = b. @param b overwritten by x */
export function solveUpper({ size, lower }: Cholesky, b: Float64Array): Float64Array {
  for (let i = size - 1; i >= 0; i--) {
    const value = quotient(b[i]!, lower[i * size + i]!);
    b[i] = value;
    for (let k = 0; k < i; k++) b[k]! -= lower[i * size + k]! * value;
  }
  return b;
}

/** 0 by a pivot of 0. */
function quotient(value: number, pivot: number): number {
  return pivot > 0 ? value / pivot : 0;
}
