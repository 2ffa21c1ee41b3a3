/** As it stands in the file, or of one that says so itself a number or milliseconds since 1970; null: missing. */
export type Cell = string | number | null;

/** Rows that stand for all of a table. */
export interface RowSample {
  readonly rows: number;
  /** By column. */
  readonly cells: ReadonlyMap<string, readonly Cell[]>;
}

/** So many cells take some milliseconds to be read. */
const MOST_CELLS = 20_000;
/** So many rows say how values are spread; fewer than this, nothing. */
const [MOST_ROWS, LEAST_ROWS] = [1000, 100];
/** More than the longest record. */
export const SAMPLE_BYTES = 2 << 20;

/** How many rows of so many columns are sampled at most. */
export const mostSampled = (columns: number): number =>
  Math.max(LEAST_ROWS, Math.min(MOST_ROWS, Math.floor(MOST_CELLS / columns)));

interface Kept<Row> {
  readonly rank: number;
  readonly bytes: number;
  readonly row: Row;
}

/**
 * Some of the rows that come, each as likely to be kept as any other; of few, all of them. The same rows are kept of
 * the same table. Memory does not grow with the table.
 */
export class RowSampler<Row> {
  #kept: Kept<Row>[] = [];
  #bytes = 0;
  #offered = 0;
  /** Only rows are kept whose rank has none of these bits. */
  #mask = 0;

  /** In their order. */
  get rows(): Row[] {
    return this.#kept.map(({ row }) => row);
  }

  /** @param bytes that the row takes, about */
  offer(row: Row, bytes: number): void {
    const rank = rankOf(this.#offered++);
    if ((rank & this.#mask) !== 0) return;
    this.#kept.push({ rank, bytes, row });
    this.#bytes += bytes;
    while (this.#kept.length > MOST_ROWS || this.#bytes > SAMPLE_BYTES) this.#thin();
  }

  /** Keeps about one half of what is there, and of what comes. */
  #thin(): void {
    this.#mask = (this.#mask << 1) | 1;
    this.#kept = this.#kept.filter(({ rank }) => (rank & this.#mask) === 0);
    this.#bytes = this.#kept.reduce((total, { bytes }) => total + bytes, 0);
  }
}

/** Of numbers in a row, any bits of their ranks look like chance (the finalizer of MurmurHash3). */
function rankOf(number: number): number {
  let x = (number + 0x9e3779b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
