/** Σ a[aStart + i] · b[bStart + i]. Four sums at once, or each addition would wait for the one before. */
export function dotBlock(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  count: number,
): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    s0 += a[aStart + i]! * b[bStart + i]!;
    s1 += a[aStart + i + 1]! * b[bStart + i + 1]!;
    s2 += a[aStart + i + 2]! * b[bStart + i + 2]!;
    s3 += a[aStart + i + 3]! * b[bStart + i + 3]!;
  }
  for (; i < count; i++) s0 += a[aStart + i]! * b[bStart + i]!;
  return s0 + s1 + s2 + s3;
}

const sums = new Float64Array(4);

/**
 * Σ x[i] · a[i] over the first `count`, and of `b`, `c` and `d`: what is read of `x` serves four sums.
 *
 * @returns the four, until the next call
 */
export function fourDots(
  x: Float64Array,
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  d: Float64Array,
  count: number,
): Float64Array {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < count; i++) {
    const value = x[i]!;
    s0 += value * a[i]!;
    s1 += value * b[i]!;
    s2 += value * c[i]!;
    s3 += value * d[i]!;
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
  return sums;
}
