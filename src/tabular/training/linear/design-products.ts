import type { Design } from '../../scoring/design.ts';

/** Adds Σ factors[i − start] · feature j of row i, over the rows `start` … `end` − 1, to `sums[j]`. */
export function addProducts(
  design: Design,
  factors: Float64Array,
  start: number,
  end: number,
  sums: Float64Array,
): void {
  const rows = end - start;
  for (const { index, values } of design.dense) sums[index]! += dotBlock(factors, 0, values, start, rows);
  addLabelSums(design, factors, start, end, sums);
}

/** The same for the labels' features alone. */
export function addLabelSums(
  { hot }: Design,
  factors: Float64Array,
  start: number,
  end: number,
  sums: Float64Array,
): void {
  const rows = end - start;
  for (const { codes } of hot) {
    for (let i = 0; i < rows; i++) {
      const code = codes[start + i]!;
      if (code >= 0) sums[code]! += factors[i]!;
    }
  }
}

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
