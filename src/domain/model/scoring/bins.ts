/**
 * Writes the bin of each value: b where edges[b − 1] < value ≤ edges[b]; `edges.length + 1` for a missing one (NaN).
 *
 * @param edges ascending, at most 254
 * @param rows which values, in which order; null: the first ones
 */
export function assignBins(
  values: Float64Array,
  rows: Int32Array | null,
  edges: Float64Array,
  out: Uint8Array,
): void {
  const missing = edges.length + 1;
  for (let i = 0; i < out.length; i++) {
    const value = values[rows ? rows[i]! : i]!;
    if (Number.isNaN(value)) {
      out[i] = missing;
      continue;
    }
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= edges[middle]!) high = middle;
      else low = middle + 1;
    }
    out[i] = low;
  }
}

/** A column has at most this many bins; one more code stands for a missing value. */
export const MAX_BINS = 255;
