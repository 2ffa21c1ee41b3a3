import type { ModelDocument } from '#tabular';

/** Rows are handed on in blocks of at most so many, and so many cells: a wide table's blocks are shorter. */
const BLOCK_ROWS = 8192;
const BLOCK_CELLS = 1 << 20;

export function blockRows({ columns, classes }: Pick<ModelDocument, 'columns' | 'classes'>): number {
  // A value comes with its interval.
  const cells = columns.length + (classes?.length ?? 3);
  return Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_CELLS / cells)));
}
