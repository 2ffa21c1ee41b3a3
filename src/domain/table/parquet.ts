import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnType } from '#tabular';
import { AppError } from '../../errors.ts';
import { excerpt } from './excerpt.ts';
import { checkNames } from './header.ts';
import { literal } from './sql.ts';

export interface ParquetColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** A Parquet file says itself what its columns are; text is not looked into for numbers or dates. */
const TYPES: readonly (readonly [RegExp, ColumnType])[] = [
  [/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/, 'number'],
  [/^BOOLEAN$/, 'boolean'],
  [/^(DATE|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?)$/, 'datetime'],
  [/^(VARCHAR|UUID|JSON|TIME|TIME WITH TIME ZONE|TIME_NS|INTERVAL)$/, 'string'],
];
/** Whole numbers that a double may not hold exactly. */
const WIDE = /^U?(BIG|HUGE)INT$/;

/** A call of DuckDB's Parquet reader for FROM. */
export function parquetReader(path: string): string {
  // Old writers don't mark text as text: without this it would be read as bytes.
  return `read_parquet(${literal(path)}, binary_as_string = true, hive_partitioning = false)`;
}

export interface DeclaredColumn extends ParquetColumn {
  readonly sqlType: string;
}

/**
 * Columns of a Parquet file, of the types that it says they are.
 * @throws {AppError} `bad_format` for nested columns
 */
export async function declaredColumns(connection: DuckDBConnection, path: string): Promise<DeclaredColumn[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${parquetReader(path)}`);
  const columns = described
    .getRows()
    .map(([name, sqlType]) => ({ name: String(name), sqlType: String(sqlType) }));
  checkNames(columns.map(({ name }) => name));
  return columns.map(({ name, sqlType }) => {
    const type = TYPES.find(([pattern]) => pattern.test(sqlType))?.[1];
    if (type === undefined)
      throw new AppError(
        'bad_format',
        `Column ${excerpt(name)} is of a type that cannot be read: ${sqlType.slice(0, 60)}.`,
      );
    return { name, type, sqlType };
  });
}

/**
 * Columns of a Parquet file. A column of 64-bit integers is text when one of them is beyond ±(2^53 − 1), since a
 * double would give two ids the same value.
 * @throws {AppError} `bad_format` for nested columns
 */
export async function parquetColumns(connection: DuckDBConnection, path: string): Promise<ParquetColumn[]> {
  const columns = await declaredColumns(connection, path);
  const inexact = await inexactColumns(connection, path, columns);
  return columns.map(({ name, type }, i) => ({ name, type: inexact.has(i) ? 'string' : type }));
}

async function inexactColumns(
  connection: DuckDBConnection,
  path: string,
  columns: readonly { readonly sqlType: string }[],
): Promise<Set<number>> {
  const wide = columns.flatMap(({ sqlType }, i) => (WIDE.test(sqlType) ? [i] : []));
  if (wide.length === 0) return new Set();
  const limit = Number.MAX_SAFE_INTEGER;
  const tests = wide.map((i) => `coalesce(min(c${i}) < -${limit} OR max(c${i}) > ${limit}, false)`);
  const aliases = columns.map((_, i) => `c${i}`).join(', ');
  const result = await connection.runAndReadAll(
    `SELECT ${tests.join(', ')} FROM ${parquetReader(path)} t(${aliases})`,
  );
  const [row] = result.getRows();
  return new Set(wide.filter((_, k) => row?.[k] === true));
}

/**
 * Rows of a Parquet file, by its footer.
 * @throws {AppError} `too_large` when it holds more than `maxBytes` decompressed. A cell counts as a byte at least,
 *   as in a text: a file of a few bytes can stand for a column of many billions of equal values.
 */
export async function parquetRows(
  connection: DuckDBConnection,
  path: string,
  columns: number,
  maxBytes: number,
): Promise<number> {
  const bytes = `SELECT coalesce(sum(total_uncompressed_size), 0)::DOUBLE FROM parquet_metadata(${literal(path)})`;
  const result = await connection.runAndReadAll(
    `SELECT num_rows::DOUBLE, (${bytes}) FROM parquet_file_metadata(${literal(path)})`,
  );
  const [rows, uncompressed] = result.getRows()[0] as [number, number];
  if (uncompressed > maxBytes || rows * columns > maxBytes)
    throw new AppError('too_large', `The table is larger than ${maxBytes} bytes when decompressed.`);
  return rows;
}
