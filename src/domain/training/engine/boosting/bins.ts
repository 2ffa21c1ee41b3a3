import { createRandom, sample } from '../random.ts';

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
  for (const row of looked) if (!Number.isNaN(values[row]!)) present[count++] = values[row]!;
  const sorted = present.subarray(0, count).sort();
  const distinct: number[] = [];
  const lastOf: number[] = [];
  for (let i = 0; i < count; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) {
      lastOf[lastOf.length - 1] = i;
    } else {
      distinct.push(sorted[i]!);
      lastOf.push(i);
    }
  }
  const edges: number[] = [];
  if (distinct.length <= maxBins) {
    for (let d = 1; d < distinct.length; d++) edges.push(between(distinct[d - 1]!, distinct[d]!));
    return Float64Array.from(edges);
  }
  let wanted = 1;
  for (let d = 0; d + 1 < distinct.length && edges.length < maxBins - 1; d++) {
    const upTo = lastOf[d]! + 1;
    if (upTo < (count * wanted) / maxBins) continue;
    edges.push(between(distinct[d]!, distinct[d + 1]!));
    while (upTo >= (count * wanted) / maxBins) wanted++;
  }
  return Float64Array.from(edges);
}

/** A number t with low ≤ t < high, the middle if rounding allows. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}
