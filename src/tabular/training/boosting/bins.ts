import { createRandom, sample } from '../random.ts';
import { sortNumbers } from './sort-numbers.ts';

const MAX_SAMPLE = 100_000;

/**
 * Cut points between bins, ascending: bin b holds the values v with edges[b − 1] < v ≤ edges[b]. Every distinct
 * value has its own bin if there are at most `maxBins`; else bins hold about the same number of rows (as LightGBM
 * does; Ke et al., 2017).
 *
 * @param rows the rows to learn from, of which at most 100 000 are looked at
 */
export function findEdges(
  values: Float64Array,
  rows: Int32Array,
  maxBins: number,
  seed: number,
): Float64Array {
  const looked = sample(rows, MAX_SAMPLE, createRandom(seed, 'bins'));
  const present = new Float64Array(looked.length);
  let count = 0;
  for (let i = 0; i < looked.length; i++) {
    const value = values[looked[i]!]!;
    if (!Number.isNaN(value)) present[count++] = value;
  }
  const sorted = sortNumbers(present.subarray(0, count));
  let distinct = Math.min(1, count);
  for (let i = 1; i < count; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  const isEach = distinct <= maxBins;
  const edges: number[] = [];
  let wanted = 1;
  for (let i = 1; i < count && edges.length < maxBins - 1; i++) {
    if (sorted[i] === sorted[i - 1] || (!isEach && i < (count * wanted) / maxBins)) continue;
    edges.push(between(sorted[i - 1]!, sorted[i]!));
    while (i >= (count * wanted) / maxBins) wanted++;
  }
  return Float64Array.from(edges);
}

/** A number t with low ≤ t < high, the middle if rounding allows. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}
