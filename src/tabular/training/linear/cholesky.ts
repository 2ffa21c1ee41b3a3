/**
 * Solves A x = b for a symmetric positive definite A by Cholesky's factorisation (Golub & Van Loan, Matrix
 * Computations, 4.2). A column that depends on earlier ones up to rounding gets the weight 0.
 *
 * @param a size × size, row-major; its lower triangle is overwritten by the factor
 * @param b overwritten by x
 */
export function solveSymmetric(a: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const isDependent = new Uint8Array(size);
  for (let j = 0; j < size; j++) {
    const rowJ = j * size;
    const diagonal = a[rowJ + j]!;
    let pivot = diagonal;
    for (let k = 0; k < j; k++) pivot -= a[rowJ + k]! ** 2;
    if (pivot <= diagonal * 1e-13) {
      isDependent[j] = 1;
      pivot = 1;
      for (let i = j; i < size; i++) a[i * size + j] = 0;
      for (let k = 0; k < j; k++) a[rowJ + k] = 0;
    }
    const root = Math.sqrt(pivot);
    a[rowJ + j] = root;
    if (isDependent[j]) continue;
    for (let i = j + 1; i < size; i++) {
      const rowI = i * size;
      let sum = a[rowI + j]!;
      for (let k = 0; k < j; k++) sum -= a[rowI + k]! * a[rowJ + k]!;
      a[rowI + j] = sum / root;
    }
  }
  for (let i = 0; i < size; i++) {
    if (isDependent[i]) {
      b[i] = 0;
      continue;
    }
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= a[i * size + k]! * b[k]!;
    b[i] = sum / a[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < size; k++) sum -= a[k * size + i]! * b[k]!;
    b[i] = isDependent[i] ? 0 : sum / a[i * size + i]!;
  }
  return b;
}
