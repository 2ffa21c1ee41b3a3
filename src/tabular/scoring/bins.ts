/**
 * Writes the bin of each value: b where edges[b − 1] < value ≤ edges[b]; `edges.length + 1` for a missing one (NaN).
 *
 * @param rows which values, in which order; null: the first ones
 */
export type BinAssigner = (values: Float64Array, rows: Int32Array | null, out: Uint8Array) => void;

/** A column has at most this many bins; one more code stands for a missing value. */
export const MAX_BINS = 255;

/** Fewer edges are searched as fast without a grid. */
const MIN_EDGES_FOR_GRID = 16;
const CELLS = 2048;

/**
 * Searches the edges by halves, after a grid of equal steps has left only the few that lie in the value's cell. (What
 * cell a number is in never falls as the number grows, rounding included; so edges in earlier cells are below the
 * value, and those in later cells above it.)
 *
 * @param edges ascending, at most 254
 */
export function binAssigner(edges: Float64Array): BinAssigner {
  const lowest = edges[0] ?? 0;
  const highest = edges.at(-1) ?? 0;
  const scale = CELLS / (highest - lowest);
  const hasGrid = edges.length >= MIN_EDGES_FOR_GRID && scale > 0 && Number.isFinite(scale);
  /** Edges in the cells before each, and last all of them. */
  const before = new Uint8Array(hasGrid ? CELLS + 2 : 0).fill(edges.length);
  if (hasGrid) {
    for (let cell = CELLS, edge = edges.length; cell >= 0; cell--) {
      while (edge > 0 && Math.floor((edges[edge - 1]! - lowest) * scale) >= cell) edge--;
      before[cell] = edge;
    }
  }
  const missing = edges.length + 1;
  return (values, rows, out) => {
    for (let i = 0; i < out.length; i++) {
      const value = values[rows ? rows[i]! : i]!;
      let low = 0;
      let high = edges.length;
      if (hasGrid && value > lowest && value <= highest) {
        const cell = Math.floor((value - lowest) * scale);
        low = before[cell]!;
        high = before[cell + 1]!;
      }
      while (low < high) {
        const middle = (low + high) >> 1;
        if (value <= edges[middle]!) high = middle;
        else low = middle + 1;
      }
      out[i] = Number.isNaN(value) ? missing : low;
    }
  };
}
