import type { Arena } from '../../kernel/arena.ts';
import { NODE_BYTES } from '../../kernel/kernel.ts';
import type { BinnedMatrix } from './matrix.ts';

/** Addresses of one trainer's scratch memory. Plain numbers, so that it can be sent to a worker thread. */
export interface Workspace {
  readonly rows: number;
  readonly scratchRows: number;
  readonly pairs: number;
  readonly orderedPairs: number;
  readonly table: number;
  readonly result: number;
  /** `[row * outputs + k]`, f64. */
  readonly margins: number;
  /** What the objective keeps of a round, as large as the margins; of more than one output. */
  readonly scratch: number;
  readonly nodes: number;
  /** Where a workers's loops are put up. */
  readonly board: number;
  readonly histograms: number;
  readonly histogramsBytes: number;
}

export const BOARD_BYTES = 64;
const BYTES_PER_BIN = 16;
/** Beyond this the trees see a random part of the columns each. */
const MAX_HISTOGRAM_BYTES = 256 * 2 ** 20;

export function histogramBytes(bins: number): number {
  return (bins + 1) * BYTES_PER_BIN;
}

export function allocateWorkspace(
  arena: Arena,
  matrix: BinnedMatrix,
  outputs: number,
  leaves: number,
): Workspace {
  const binCounts = matrix.columns.map(({ bins }) => bins);
  const histogramsBytes = poolBytes(binCounts, leaves);
  return {
    rows: arena.allocate(matrix.rows * 4),
    scratchRows: arena.allocate(matrix.rows * 4 + 64),
    pairs: arena.allocate(matrix.rows * 16),
    orderedPairs: arena.allocate(matrix.rows * 16),
    table: arena.allocate(matrix.columns.length * 16),
    result: arena.allocate(64),
    margins: arena.allocate(matrix.rows * 8 * outputs),
    scratch: arena.allocate(outputs > 1 ? matrix.rows * 8 * outputs : 0),
    nodes: arena.allocate(2 * leaves * NODE_BYTES),
    board: arena.allocate(BOARD_BYTES),
    histograms: arena.allocate(histogramsBytes),
    histogramsBytes,
  };
}

/** Memory for the histograms of one tree's leaves, bounded for wide tables. */
export function poolBytes(binCounts: readonly number[], leaves: number): number {
  const one = binCounts.reduce((sum, bins) => sum + histogramBytes(bins), 0);
  const widest = binCounts.reduce((most, bins) => Math.max(most, histogramBytes(bins)), 0);
  return Math.max(Math.min(one * leaves, MAX_HISTOGRAM_BYTES), widest * leaves);
}
