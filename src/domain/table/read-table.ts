import path from 'node:path';
import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDoubleVector,
  type DuckDBResult,
  DuckDBUBigIntVector,
  type DuckDBVector,
} from '@duckdb/node-api';
import type { CellForm, Column, ColumnType, Table } from '#tabular';
import { AppError } from '../../errors.ts';
import type { PlainFileType } from '../../vocabulary/tables.ts';
import { type OpenDatabase, openDatabase } from './duckdb.ts';
import { duckdbError } from './duckdb-error.ts';
import { type ReadAs, tableSource, type WantedColumn } from './duckdb-source.ts';
import { LabelIndex } from './label-index.ts';

/** What reading a text takes at most, measured up to `MAX_COLUMNS`; given more, DuckDB keeps what it has read. */
const readerMb = (columns: number) => 256 + columns / 4;

/**
 * Reads columns of a table that `Inspector.inspect` has accepted, in the file's row order. Meant for a child process: it
 * takes 8 bytes per number, 4 per category, its labels, and up to `memoryLimitMb` for the reader while it reads.
 *
 * - `number` columns become numbers, `datetime` ones numbers of milliseconds since 1970-01-01T00:00Z
 * - all others, and those in `asCategory`, become categories; labels stand as in the file (`1` and `1.0` are two)
 *
 * @param options.columns names and types as `Inspector.inspect` gave them, in the order they are wanted
 * @param options.memoryLimitMb of the reader itself, not of the table it returns; a text takes `readerMb` at most
 * @param options.rows as `Inspector.inspect` counted them; they are counted first when not given, so that every column is
 *   made in its full length once
 * @throws {AppError} `unusable_data` for a column the file does not have, `bad_format` when it is not what it was
 */
export async function readTable(
  options: {
    path: string;
    fileType: PlainFileType;
    columns: readonly {
      readonly name: string;
      readonly type: ColumnType;
      readonly form?: CellForm | undefined;
    }[];
    asCategory?: readonly string[];
    memoryLimitMb: number;
    rows?: number;
  },
  open: OpenDatabase = openDatabase,
): Promise<Table> {
  const labelled = new Set(options.asCategory);
  const wanted = options.columns.map(
    ({ name, type, form }): WantedColumn =>
      labelled.has(name) ? { name, as: 'text' } : { name, as: readAs(type), form },
  );
  const file = path.resolve(options.path);
  const enough =
    options.fileType.format === 'parquet' ? Number.POSITIVE_INFINITY : readerMb(options.columns.length);
  const memoryMb = Math.min(options.memoryLimitMb, enough);
  const { connection, close } = await open(file, { memoryMb, threads: 1 });
  try {
    const table = { path: file, fileType: options.fileType };
    const { from, expressions } = await tableSource(connection, table, wanted);
    const rows = options.rows ?? (await countRows(connection, from));
    const builders = wanted.map(({ name, as }) =>
      as === 'text' ? new CategoryBuilder(name, rows) : new NumberBuilder(name, rows),
    );
    const selected = wanted.flatMap(({ as }, i) => selection(expressions[i]!, as));
    await fill(builders, await connection.stream(`SELECT ${selected.join(', ')} FROM ${from}`), rows);
    return { rows, columns: builders.map((builder) => builder.column()) };
  } catch (error) {
    throw duckdbError(error);
  } finally {
    close();
  }
}

async function countRows(connection: DuckDBConnection, from: string): Promise<number> {
  const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${from}`);
  return Number(counted.getRows()[0]?.[0]);
}

async function fill(
  builders: readonly (NumberBuilder | CategoryBuilder)[],
  result: DuckDBResult,
  rows: number,
): Promise<void> {
  let filled = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    const count = chunk?.rowCount ?? 0;
    if (chunk === null || count === 0) break;
    if (filled + count > rows) throw changed();
    let position = 0;
    for (const builder of builders) {
      const vectors = Array.from({ length: builder.vectors }, () => chunk.getColumnVector(position++));
      builder.append(vectors, filled, count);
    }
    filled += count;
  }
  if (filled < rows) throw changed();
}

function textOf(item: unknown): string {
  if (!(item instanceof DuckDBBlobValue)) throw new TypeError('not the bytes of a text');
  return Buffer.from(item.bytes).toString();
}

function changed(): AppError {
  return new AppError('bad_format', 'The file does not have the rows that were counted in it.');
}

function readAs(type: ColumnType): ReadAs {
  return type === 'number' ? 'number' : type === 'datetime' ? 'time' : 'text';
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

  append([vector]: readonly DuckDBVector[], row: number, count: number): void {
    if (!(vector instanceof DuckDBDoubleVector)) throw new TypeError('not a vector of doubles');
    // A view of DuckDB's memory, valid until the next chunk. It is private to TypeScript; there is no other way to
    // it, and getItem is ten times slower.
    this.#values.set(vector['items'].subarray(0, count), row);
  }

  column(): Column {
    return { kind: 'number', name: this.#name, values: this.#values };
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

  append([hashes, texts]: readonly DuckDBVector[], row: number, count: number): void {
    if (!(hashes instanceof DuckDBUBigIntVector)) throw new TypeError('not a vector of hashes');
    const items = hashes['items'];
    // Halves, since arithmetic on bigints is slow.
    const halves = new Uint32Array(items.buffer, items.byteOffset, 2 * count);
    for (let i = 0; i < count; i++) {
      const low = halves[2 * i]!;
      const high = halves[2 * i + 1]!;
      const missing = (low | high) === 0;
      this.#codes[row + i] = missing ? -1 : this.#index.codeOf(low, high, () => textOf(texts!.getItem(i)));
    }
  }

  column(): Column {
    return { kind: 'category', name: this.#name, codes: this.#codes, labels: this.#index.labels };
  }
}
