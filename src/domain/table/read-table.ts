import path from 'node:path';
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import type { CellForm, ColumnType, Table } from '#tabular';
import { AppError } from '../../errors.ts';
import type { PlainFileType } from '../../vocabulary/tables.ts';
import { type OpenDatabase, openDatabase } from './duckdb.ts';
import { duckdbError } from './duckdb-error.ts';
import { type ReadAs, tableSource, type WantedColumn } from './duckdb-source.ts';
import { selectionOf, TableBuilder } from './table-builder.ts';

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
    const source = await tableSource(connection, table, wanted);
    const rows = options.rows ?? (await countRows(connection, source.from));
    const builder = new TableBuilder(wanted, rows);
    await fill(builder, await connection.stream(selectionOf(source, wanted)));
    if (builder.rows < rows) throw changed();
    return builder.table();
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

async function fill(builder: TableBuilder, result: DuckDBResult): Promise<void> {
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    if (builder.append(chunk, 0) < chunk.rowCount) throw changed();
  }
}

function changed(): AppError {
  return new AppError('bad_format', 'The file does not have the rows that were counted in it.');
}

function readAs(type: ColumnType): ReadAs {
  return type === 'number' ? 'number' : type === 'datetime' ? 'time' : 'text';
}
