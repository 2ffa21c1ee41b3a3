import type { DuckDBResult } from '@duckdb/node-api';
import { type ModelDocument, missingColumns, type Table } from '#tabular';
import { AppError } from '../../../errors.ts';
import { openDatabase } from '../../table/duckdb.ts';
import { duckdbError } from '../../table/duckdb-error.ts';
import { tableSource } from '../../table/duckdb-source.ts';
import { declaredColumns, parquetRows } from '../../table/parquet.ts';
import { selectionOf, TableBuilder } from '../../table/table-builder.ts';
import { asUnusableData } from '../unusable-rows.ts';
import { blockRows } from './block-rows.ts';
import { columnReading } from './parquet-columns.ts';

/** Of the reader; the blocks come on top. */
const READ_MEMORY_MB = 512;

/**
 * Turns a Parquet file into tables of the columns a model needs, a block of rows at a time, by the reader that reads it
 * for training. Columns may stand in any order, further ones are ignored. Memory does not grow with the file.
 *
 * @param maxBytes of what it comes to when it is decompressed
 * @param use given each block, in the file's order; awaited before the next one is read
 * @returns the number of rows
 * @throws {AppError} `bad_format`, `bad_header`, `too_large`, `empty`; `unusable_data` for a missing column or a value that
 *   does not fit, with its row
 */
export async function parquetBlocks(
  document: ModelDocument,
  path: string,
  maxBytes: number,
  use: (table: Table) => Promise<void>,
): Promise<number> {
  const { connection, close } = await openDatabase(path, { memoryMb: READ_MEMORY_MB, threads: 1 });
  try {
    const declared = await declaredColumns(connection, path);
    const typeOf = new Map(declared.map(({ name, type }) => [name, type]));
    const absent = document.columns.filter(({ name }) => !typeOf.has(name));
    if (absent.length > 0) throw asUnusableData(missingColumns(absent.map(({ name }) => name)));
    const announced = await parquetRows(connection, path, declared.length, maxBytes);
    if (announced === 0) throw new AppError('empty', 'The table has no rows.');

    const readings = document.columns.map((column) =>
      columnReading(column, typeOf.get(column.name)!, document.naValues ?? []),
    );
    const wanted = document.columns.map(({ name }, c) => ({ name, as: readings[c]!.as }));
    const source = await tableSource(connection, { path, fileType: PARQUET }, wanted);
    const result = await connection.stream(selectionOf(source, wanted));
    let rows = 0;
    for await (const { columns, ...block } of blocksOf(
      result,
      () => new TableBuilder(wanted, blockRows(document)),
    )) {
      await use({ ...block, columns: columns.map((column, c) => readings[c]!.toInput(column, rows)) });
      rows += block.rows;
    }
    return rows;
  } catch (error) {
    throw duckdbError(error);
  } finally {
    close();
  }
}

const PARQUET = { format: 'parquet', compression: 'none' } as const;

async function* blocksOf(result: DuckDBResult, begin: () => TableBuilder): AsyncGenerator<Table> {
  let block = begin();
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    for (let taken = 0; taken < chunk.rowCount; ) {
      taken += block.append(chunk, taken);
      if (!block.isFull) continue;
      yield block.table();
      block = begin();
    }
  }
  if (block.rows > 0) yield block.table();
}
