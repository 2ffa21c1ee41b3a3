import {
  DuckDBBlobValue,
  type DuckDBDataChunk,
  DuckDBDoubleVector,
  type DuckDBResult,
  DuckDBUBigIntVector,
  type DuckDBVector,
} from '@duckdb/node-api';
import type { Column, Table } from '#tabular';
import type { ReadAs, Source, WantedColumn } from './duckdb-source.ts';
import { LabelIndex } from './label-index.ts';

/** What `TableBuilder` is given chunks of. */
export function selectionOf({ from, expressions }: Source, wanted: readonly WantedColumn[]): string {
  const selected = wanted.flatMap(({ as }, i) => selection(expressions[i]!, as));
  return `SELECT ${selected.join(', ')} FROM ${from}`;
}

/** Collects what DuckDB hands over chunk by chunk as columns: numbers, times as milliseconds since 1970, and labels. */
export class TableBuilder {
  readonly #capacity: number;
  readonly #columns: readonly (NumberBuilder | CategoryBuilder)[];
  #rows = 0;

  /** @param capacity rows at most; the columns are made in that length at once */
  constructor(wanted: readonly WantedColumn[], capacity: number) {
    this.#capacity = capacity;
    this.#columns = wanted.map(({ name, as }) =>
      as === 'text' ? new CategoryBuilder(name, capacity) : new NumberBuilder(name, capacity),
    );
  }

  get rows(): number {
    return this.#rows;
  }

  get isFull(): boolean {
    return this.#rows === this.#capacity;
  }

  /** Takes rows of a chunk, from one on. @returns how many there was room for */
  append(chunk: DuckDBDataChunk, from: number): number {
    const count = Math.min(chunk.rowCount - from, this.#capacity - this.#rows);
    let position = 0;
    for (const column of this.#columns) {
      const vectors = Array.from({ length: column.vectors }, () => chunk.getColumnVector(position++));
      column.append(vectors, from, this.#rows, count);
    }
    this.#rows += count;
    return count;
  }

  table(): Table {
    return { rows: this.#rows, columns: this.#columns.map((column) => column.column(this.#rows)) };
  }
}

/** What is selected, in tables of so many rows each; the last may be shorter. */
export async function* blocksOf(
  result: DuckDBResult,
  wanted: readonly WantedColumn[],
  rows: number,
): AsyncGenerator<Table> {
  let block = new TableBuilder(wanted, rows);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    for (let taken = 0; taken < chunk.rowCount; ) {
      taken += block.append(chunk, taken);
      if (!block.isFull) continue;
      yield block.table();
      block = new TableBuilder(wanted, rows);
    }
  }
  if (block.rows > 0) yield block.table();
}

/** What to select for a column; nothing of it is NULL, for a vector's validity is slow to look at. */
function selection(x: string, as: ReadAs): string[] {
  // Bytes: text is decoded without a byte order mark that it begins with.
  if (as === 'text')
    return [`CASE WHEN ${x} IS NULL THEN ${MISSING_HASH} ELSE hash(${x}) END`, `encode(${x})`];
  const value = as === 'time' ? `epoch_us(${x}) / 1000.0` : x;
  return [`coalesce(${value}, 'NaN'::DOUBLE)`];
}

const MISSING_HASH = '0::UBIGINT';

class NumberBuilder {
  readonly vectors = 1;
  readonly #name: string;
  readonly #values: Float64Array;

  constructor(name: string, rows: number) {
    this.#name = name;
    this.#values = new Float64Array(rows);
  }

  append([vector]: readonly DuckDBVector[], from: number, row: number, count: number): void {
    if (!(vector instanceof DuckDBDoubleVector)) throw new TypeError('not a vector of doubles');
    // A view of DuckDB's memory, valid until the next chunk. It is private to TypeScript; there is no other way to
    // it, and getItem is ten times slower.
    this.#values.set(vector['items'].subarray(from, from + count), row);
  }

  column(rows: number): Column {
    return { kind: 'number', name: this.#name, values: cut(this.#values, rows) };
  }
}

class CategoryBuilder {
  /** The texts' hashes, and the texts. */
  readonly vectors = 2;
  readonly #name: string;
  readonly #index = new LabelIndex();
  readonly #codes: Int32Array;

  constructor(name: string, rows: number) {
    this.#name = name;
    this.#codes = new Int32Array(rows);
  }

  append([hashes, texts]: readonly DuckDBVector[], from: number, row: number, count: number): void {
    if (!(hashes instanceof DuckDBUBigIntVector)) throw new TypeError('not a vector of hashes');
    const items = hashes['items'];
    // Halves, since arithmetic on bigints is slow.
    const halves = new Uint32Array(items.buffer, items.byteOffset + 8 * from, 2 * count);
    for (let i = 0; i < count; i++) {
      const low = halves[2 * i]!;
      const high = halves[2 * i + 1]!;
      const missing = (low | high) === 0;
      this.#codes[row + i] = missing
        ? -1
        : this.#index.codeOf(low, high, () => textOf(texts!.getItem(from + i)));
    }
  }

  column(rows: number): Column {
    return {
      kind: 'category',
      name: this.#name,
      codes: cut(this.#codes, rows),
      labels: this.#index.labels,
    };
  }
}

const cut = <Values extends Float64Array | Int32Array>(values: Values, rows: number): Values =>
  rows === values.length ? values : (values.slice(0, rows) as Values);

function textOf(item: unknown): string {
  if (!(item instanceof DuckDBBlobValue)) throw new TypeError('not the bytes of a text');
  return Buffer.from(item.bytes).toString();
}
