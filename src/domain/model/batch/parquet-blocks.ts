import { type Column, type ModelDocument, missingColumns } from '#tabular';
import { AppError } from '../../../errors.ts';
import { columnReading } from '../../table/column-reading.ts';
import { openDatabase } from '../../table/duckdb.ts';
import { duckdbError } from '../../table/duckdb-error.ts';
import { type ReadAs, tableSource } from '../../table/duckdb-source.ts';
import { type DeclaredColumn, declaredColumns, parquetRows } from '../../table/parquet.ts';
import { blocksOf, selectionOf } from '../../table/table-builder.ts';
import { keyOf, noKey, noKeyColumn } from '../live/row-keys.ts';
import { asUnusableData } from '../unusable-rows.ts';
import { blockRows } from './block-rows.ts';
import type { Block } from './score-block.ts';

/** Of the reader; the blocks come on top. */
const READ_MEMORY_MB = 512;

/**
 * Turns a Parquet file into tables of the columns a model needs, a block of rows at a time, by the reader that reads it
 * for training. Columns may stand in any order, further ones are ignored. Memory does not grow with the file.
 *
 * @param maxBytes of what it comes to when it is decompressed
 * @param key the column of the rows' keys; undefined: there are none
 * @param use given each block, in the file's order; awaited before the next one is read
 * @throws {AppError} `bad_format`, `bad_header`, `too_large`, `empty`; `unusable_data` for a missing column or a value that
 *   does not fit, with its row
 */
export async function parquetBlocks(
  document: ModelDocument,
  path: string,
  maxBytes: number,
  key: string | undefined,
  use: (block: Block) => Promise<void>,
): Promise<void> {
  const { connection, close } = await openDatabase(path, { memoryMb: READ_MEMORY_MB, threads: 1 });
  try {
    const declared = await declaredColumns(connection, path);
    const typeOf = new Map(declared.map(({ name, type }) => [name, type]));
    const keyColumn = declared.find(({ name }) => name === key);
    if (key !== undefined && !keyColumn) throw noKeyColumn(key);
    const absent = document.columns.filter(({ name }) => !typeOf.has(name));
    if (absent.length > 0) throw asUnusableData(missingColumns(absent.map(({ name }) => name)));
    const announced = await parquetRows(connection, path, declared.length, maxBytes);
    if (announced === 0) throw new AppError('empty', 'The table has no rows.');

    const readings = document.columns.map((column) =>
      columnReading(column, typeOf.get(column.name)!, document.naValues ?? []),
    );
    const inputs = document.columns.map(({ name }, c) => ({ name, as: readings[c]!.as }));
    const wanted = [...inputs, ...(keyColumn ? [{ name: keyColumn.name, as: readKeysAs(keyColumn) }] : [])];
    const source = await tableSource(connection, { path, fileType: PARQUET }, wanted);
    const result = await connection.stream(selectionOf(source, wanted));
    let rows = 0;
    for await (const block of blocksOf(result, wanted, blockRows(document))) {
      const columns = readings.map((reading, c) => reading.toInput(block.columns[c]!, rows));
      const keys = keyColumn && keysIn(block.columns.at(-1)!, block.rows, rows);
      await use({ table: { rows: block.rows, columns }, keys });
      rows += block.rows;
    }
  } catch (error) {
    throw duckdbError(error);
  } finally {
    close();
  }
}

const PARQUET = { format: 'parquet', compression: 'none' } as const;

/** A whole number is one whatever its type; those of 64 bits are not cut to doubles. */
const readKeysAs = ({ sqlType }: DeclaredColumn): ReadAs =>
  /^(FLOAT|DOUBLE|DECIMAL)/.test(sqlType) ? 'number' : 'text';

function keysIn(column: Column, rows: number, first: number): string[] {
  return Array.from({ length: rows }, (_, row) => {
    const key = keyOf(column.kind === 'number' ? column.values[row] : column.labels[column.codes[row]!]);
    if (key === undefined) throw noKey(`Row ${first + row}`, column.name);
    return key;
  });
}
