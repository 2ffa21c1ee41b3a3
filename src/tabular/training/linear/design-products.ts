import type { Design } from '../../scoring/design.ts';
import { dotBlock } from './dots.ts';

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
