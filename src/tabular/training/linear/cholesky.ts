/** A symmetric positive definite matrix as L Lᵀ. */
export interface Cholesky {
  readonly size: number;
  /** size × size, row-major; what stands above the diagonal is no part of it. */
  readonly lower: Float64Array;
  /** 1: the column depends on earlier ones up to rounding; solutions are 0 there. */
  readonly isDependent: Uint8Array;
}

/**
 * Cholesky's factorisation (Golub & Van Loan, Matrix Computations, 4.2).
 *
 * @param a size × size, row-major; its lower triangle is overwritten by the factor
 */
export function factorise(a: Float64Array, size: number): Cholesky {
  const isDependent = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const rowI = i * size;
    const diagonal = a[rowI + i]!;
    for (let j = 0; j <= i; j++) {
      const rowJ = j * size;
      let sum = a[rowI + j]!;
      for (let k = 0; k < j; k++) sum -= a[rowI + k]! * a[rowJ + k]!;
      if (j < i) {
        a[rowI + j] = isDependent[j] ? 0 : sum / a[rowJ + j]!;
      } else if (sum > diagonal * 1e-13) {
        a[rowI + i] = Math.sqrt(sum);
      } else {
        isDependent[i] = 1;
        a.fill(0, rowI, rowI + i);
        a[rowI + i] = 1;
      }
    }
  }
  return { size, lower: a, isDependent };
}

/** Solves L Lᵀ x = b. @param b overwritten by x */
export function solve({ size, lower, isDependent }: Cholesky, b: Float64Array): Float64Array {
  for (let i = 0; i < size; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * size + k]! * b[k]!;
    b[i] = isDependent[i] ? 0 : sum / lower[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = isDependent[i] ? 0 : b[i]! / lower[i * size + i]!;
    b[i] = value;
    for (let k = 0; k < i; k++) b[k]! -= lower[i * size + k]! * value;
  }
  return b;
}
