import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Column } from '#tabular';

/** Columns by name, each cell made from its row's number. */
export type Cells = Record<string, (row: number) => string | number>;

/** A CSV of these columns. */
export const csvOf = (columns: Cells, rows: number, { from = 0, delimiter = ',' } = {}): string =>
  [
    Object.keys(columns),
    ...Array.from({ length: rows }, (_, row) => Object.values(columns).map((cell) => cell(from + row))),
  ]
    .map((line) => `${line.map((cell) => field(String(cell), delimiter)).join(delimiter)}\n`)
    .join('');

const field = (text: string, delimiter: string) =>
  text.includes(delimiter) || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;

/** The same as objects for JSON; an empty cell is a missing value. */
export const rowsOf = (columns: Cells, rows: number, from = 0): Record<string, string | number | null>[] =>
  Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, cell]) => {
        const value = cell(from + row);
        return [name, value === '' ? null : value];
      }),
    ),
  );

/** The columns of a table as cells of a text. */
export const cellsOf = (columns: readonly Column[]): Cells =>
  Object.fromEntries(
    columns.map((column) => [
      column.name,
      column.kind === 'number'
        ? (row) => (Number.isNaN(column.values[row]) ? '' : column.values[row]!)
        : (row) => column.labels[column.codes[row]!] ?? '',
    ]),
  );

/** The rows of a SQL query as the bytes of a Parquet file. */
export async function parquetOf(query: string): Promise<Buffer<ArrayBuffer>> {
  const folder = await mkdtemp(join(tmpdir(), 'mlops-parquet-'));
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const path = join(folder, 'table.parquet');
    await connection.run(`copy (${query}) to '${path}' (format parquet)`);
    return await readFile(path);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}
