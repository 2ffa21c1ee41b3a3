import type { Design } from '../../scoring/design.ts';
import { fourDots } from './dots.ts';

/**
 * Adds Σ weightᵢ xᵢ xᵢᵀ over the rows `start` … `end` − 1 to the lower triangle of `gram`.
 *
 * @param weights of these rows, from 0 on; null: 1 each
 * @param size of a row of `gram`, at least the design's width
 */
export function addGramBlock(
  { dense, hot }: Design,
  start: number,
  end: number,
  weights: Float64Array | null,
  size: number,
  gram: Float64Array,
): void {
  const rows = end - start;
  const blocks = dense.map(({ values }) => values.subarray(start, end));
  const scaled = new Float64Array(rows);
  dense.forEach(({ index }, position) => {
    const block = blocks[position]!;
    for (let i = 0; i < rows; i++) scaled[i] = weights ? weights[i]! * block[i]! : block[i]!;
    for (let first = 0; first <= position; first += 4) {
      const other = (k: number) => blocks[Math.min(first + k, position)]!;
      const dots = fourDots(scaled, other(0), other(1), other(2), other(3), rows);
      for (let k = 0; first + k <= position && k < 4; k++) {
        gram[lower(index, dense[first + k]!.index, size)]! += dots[k]!;
      }
    }
  });
  hot.forEach(({ codes }, position) => {
    for (let i = 0; i < rows; i++) {
      const code = codes[start + i]!;
      if (code < 0) continue;
      const weight = weights ? weights[i]! : 1;
      gram[code * size + code]! += weight;
      for (let other = 0; other < position; other++) {
        const otherCode = hot[other]!.codes[start + i]!;
        if (otherCode >= 0) gram[lower(code, otherCode, size)]! += weight;
      }
    }
    for (const { index, values } of dense) {
      for (let i = 0; i < rows; i++) {
        const code = codes[start + i]!;
        if (code < 0) continue;
        gram[lower(code, index, size)]! += (weights ? weights[i]! : 1) * values[start + i]!;
      }
    }
  });
}

function lower(i: number, j: number, size: number): number {
  return i > j ? i * size + j : j * size + i;
}
