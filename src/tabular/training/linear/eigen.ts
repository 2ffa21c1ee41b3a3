export interface Eigen {
  readonly values: Float64Array;
  /** Row-major; a vector is a column. */
  readonly vectors: Float64Array;
}

const MAX_SWEEPS = 30;
const NEGLIGIBLE = 1e-15;

/**
 * Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations (Golub & Van Loan, Matrix Computations, 8.5).
 *
 * @param a size × size, row-major; overwritten
 */
export function eigen(a: Float64Array, size: number): Eigen {
  const vectors = new Float64Array(size * size);
  for (let k = 0; k < size; k++) vectors[k * size + k] = 1;
  const scale = Math.hypot(...a);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const off = a[p * size + q]!;
        if (Math.abs(off) <= NEGLIGIBLE * scale) continue;
        rotated = true;
        const tau = (a[q * size + q]! - a[p * size + p]!) / (2 * off);
        const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
        const c = 1 / Math.sqrt(1 + t * t);
        rotate(a, size, c, t * c, p * size, q * size, 1);
        rotate(a, size, c, t * c, p, q, size);
        rotate(vectors, size, c, t * c, p, q, size);
      }
    }
    if (!rotated) break;
  }
  return { values: Float64Array.from({ length: size }, (_, k) => a[k * size + k]!), vectors };
}

/** Rotates two rows (`step` 1) or columns (`step` the size), which begin at `p` and `q`. */
function rotate(
  a: Float64Array,
  size: number,
  c: number,
  s: number,
  p: number,
  q: number,
  step: number,
): void {
  for (let k = 0; k < size; k++) {
    const x = a[p + k * step]!;
    const y = a[q + k * step]!;
    a[p + k * step] = c * x - s * y;
    a[q + k * step] = s * x + c * y;
  }
}
