import path from 'node:path';
import { DuckDBDoubleVector, DuckDBUBigIntVector, type DuckDBVector } from '@duckdb/node-api';
import { openDatabase } from './database.ts';
import { LabelIndex } from './label-index.ts';
import { readingError } from './reading-error.ts';
import { type Reading, tableSource } from './source.ts';
import type { Column, ColumnType, FileType, Table } from './types.ts';

/** Rows of the blocks a column grows by; joined once at the end, column by column. */
const BLOCK_ROWS = 1 << 16;

/**
 * Reads columns of a table that `inspectFile` has accepted, in the file's row order. Meant for a child process: it
 * takes 8 bytes per number and 4 per category, and one column more while they are put together.
 *
 * - `number` columns become numbers, `datetime` ones numbers of milliseconds since 1970-01-01T00:00Z
 * - all others, and those in `asCategory`, become categories; labels stand as in the file (`1` and `1.0` are two)
 *
 * @param options.columns names and types as `inspectFile` gave them, in the order they are wanted
 * @param options.memoryLimitMb of the reader itself, not of the table it returns
 * @throws {AppError} `unusable_data` for a column the file does not have, `bad_format` when it is not what it was
 */
export async function readTable(options: {
  path: string;
  fileType: FileType;
  columns: readonly { readonly name: string; readonly type: ColumnType }[];
  asCategory?: readonly string[];
  memoryLimitMb: number;
}): Promise<Table> {
  const file = path.resolve(options.path);
  const labelled = new Set(options.asCategory);
  const wanted = options.columns.map(({ name, type }) => ({
    name,
    as: labelled.has(name) ? 'text' : readingOf(type),
  }));

  const { connection, close } = await openDatabase(file, { memoryMb: options.memoryLimitMb, threads: 1 });
  try {
    const { from, expressions } = await tableSource(
      connection,
      { path: file, fileType: options.fileType, multiline: true },
      wanted,
    );
    const builders = wanted.map(({ name, as }) =>
      as === 'text' ? new CategoryBuilder(name) : new NumberBuilder(name),
    );
    const selected = wanted.flatMap(({ as }, i) => selection(expressions[i]!, as));
    const result = await connection.stream(`SELECT ${selected.join(', ')} FROM ${from}`);
    let rows = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      const count = chunk?.rowCount ?? 0;
      if (chunk === null || count === 0) break;
      let position = 0;
      for (const builder of builders) {
        const vectors = Array.from({ length: builder.vectors }, () => chunk.getColumnVector(position++));
        builder.append(vectors, count);
      }
      rows += count;
    }
    return { rows, columns: builders.map((builder) => builder.finish(rows)) };
  } catch (error) {
    throw readingError(error);
  } finally {
    close();
  }
}

function readingOf(type: ColumnType): Reading {
  return type === 'number' ? 'number' : type === 'datetime' ? 'time' : 'text';
}

/** What to select for a column; nothing of it is NULL, for a vector's validity is slow to look at. */
function selection(x: string, as: Reading): string[] {
  if (as === 'text') return [`CASE WHEN ${x} IS NULL THEN ${MISSING_HASH} ELSE hash(${x}) END`, x];
  const value = as === 'time' ? `epoch_us(${x}) / 1000.0` : x;
  return [`coalesce(${value}, 'NaN'::DOUBLE)`];
}

const MISSING_HASH = '0::UBIGINT';

/** Collects values of which nobody knows how many will come, in blocks. */
class NumberBuilder {
  readonly vectors = 1;
  readonly #name: string;
  readonly #values = new Blocks((length) => new Float64Array(length));

  constructor(name: string) {
    this.#name = name;
  }

  append([vector]: readonly DuckDBVector[], count: number): void {
    if (!(vector instanceof DuckDBDoubleVector)) throw new TypeError('not a vector of doubles');
    // The typed view is private to TypeScript; there is no other way to it, and getItem is ten times slower.
    const items = vector['items'];
    // A view of DuckDB's memory, which is only valid until the next chunk: the block takes a copy.
    this.#values.push(items.subarray(0, count) as Float64Array<ArrayBuffer>);
  }

  finish(rows: number): Column {
    return { kind: 'number', name: this.#name, values: this.#values.join(rows) };
  }
}

class CategoryBuilder {
  /** The texts' hashes, and the texts. */
  readonly vectors = 2;
  readonly #name: string;
  readonly #index = new LabelIndex();
  readonly #codes = new Blocks((length) => new Int32Array(length));

  constructor(name: string) {
    this.#name = name;
  }

  append([hashes, texts]: readonly DuckDBVector[], count: number): void {
    if (!(hashes instanceof DuckDBUBigIntVector)) throw new TypeError('not a vector of hashes');
    const items = hashes['items'];
    // Halves, since arithmetic on bigints is slow.
    const halves = new Uint32Array(items.buffer, items.byteOffset, 2 * count);
    const codes = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const low = halves[2 * i]!;
      const high = halves[2 * i + 1]!;
      codes[i] = (low | high) === 0 ? -1 : this.#index.codeOf(low, high, () => String(texts!.getItem(i)));
    }
    this.#codes.push(codes);
  }

  finish(rows: number): Column {
    return { kind: 'category', name: this.#name, codes: this.#codes.join(rows), labels: this.#index.labels };
  }
}

class Blocks<Values extends Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>> {
  readonly #make: (length: number) => Values;
  #full: Values[] = [];
  #block: Values;
  #used = 0;

  constructor(make: (length: number) => Values) {
    this.#make = make;
    this.#block = make(BLOCK_ROWS);
  }

  push(values: Values): void {
    const room = BLOCK_ROWS - this.#used;
    this.#block.set(values.subarray(0, room), this.#used);
    this.#used += Math.min(room, values.length);
    if (values.length < room) return;
    this.#full.push(this.#block);
    this.#block = this.#make(BLOCK_ROWS);
    this.#used = 0;
    if (values.length > room) this.push(values.subarray(room) as Values);
  }

  /** All values in one array; the blocks are given up. */
  join(length: number): Values {
    const all = this.#make(length);
    for (const [i, block] of this.#full.entries()) all.set(block, i * BLOCK_ROWS);
    all.set(this.#block.subarray(0, this.#used), this.#full.length * BLOCK_ROWS);
    this.#full = [];
    this.#block = this.#make(0);
    return all;
  }
}
