import type { ColumnType } from '../table.ts';
import type { DriftSubject } from './assess.ts';
import { type BinnedRows, binStarts } from './counter.ts';

/** Shares of rows are told to so many digits. */
const DIGITS = 1e6;

interface Shares {
  readonly type: ColumnType;
  /** Of the training rows, by bin, as `ColumnBins` has them. */
  readonly reference: readonly number[];
  /** Of the rows predicted. */
  readonly current: readonly number[];
}

/** How a column was spread in training, and how it was in what the model was asked about. */
export type Distribution = Shares &
  ({ readonly edges: readonly number[] } | { readonly labels: readonly string[] });

/**
 * @param name one of the model's columns
 * @param seen one row at least
 */
export function distributionOf(
  { columns, reference }: DriftSubject,
  seen: BinnedRows,
  name: string,
): Distribution {
  const position = columns.findIndex((column) => column.name === name);
  const bins = reference?.[position];
  if (!bins) throw new Error('Not a column with a reference');
  const starts = binStarts(reference);
  const shares = {
    type: columns[position]!.type,
    reference: sharesOf(bins.counts),
    current: sharesOf(seen.bins.subarray(starts[position], starts[position + 1])),
  };
  return bins.kind === 'number' ? { ...shares, edges: bins.edges } : { ...shares, labels: bins.labels };
}

function sharesOf(counts: ArrayLike<number>): number[] {
  const all = Array.from(counts);
  const rows = all.reduce((sum, count) => sum + count, 0);
  return all.map((count) => Math.round((count / rows) * DIGITS) / DIGITS);
}
