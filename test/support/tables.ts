import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** A CSV of these columns, each cell made from its row's number. */
export const csvOf = (columns: Record<string, (row: number) => string | number>, rows: number): string =>
  [
    Object.keys(columns).join(','),
    ...Array.from({ length: rows }, (_, row) =>
      Object.values(columns)
        .map((cell) => cell(row))
        .join(','),
    ),
    '',
  ].join('\n');

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
