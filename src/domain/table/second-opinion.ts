import type { DuckDBConnection } from '@duckdb/node-api';
import { AppError } from '../../errors.ts';
import { type TableFile, tableSource } from './duckdb-source.ts';
import type { ScannedColumn, TextScan } from './text-scan.ts';

/** What two readers must agree on. */
interface Counted {
  readonly rows: number;
  readonly columns: readonly { readonly missing: number }[];
}

/** More in one query take more memory than a table of so many columns is worth. */
const COLUMNS_PER_QUERY = 512;

/** Rows and missing values as DuckDB, which reads the table for training, counts them: each column as it is trained on. */
export async function countCells(
  connection: DuckDBConnection,
  file: TableFile,
  columns: readonly ScannedColumn[],
): Promise<Counted> {
  if (columns.length > COLUMNS_PER_QUERY) {
    const left = await countCells(connection, file, columns.slice(0, COLUMNS_PER_QUERY));
    const right = await countCells(connection, file, columns.slice(COLUMNS_PER_QUERY));
    return { rows: left.rows, columns: [...left.columns, ...right.columns] };
  }
  const { from, expressions } = await tableSource(
    connection,
    file,
    columns.map(({ name, type }) => ({ name, as: type === 'number' ? 'number' : 'text' })),
  );
  const counts = ['*', ...expressions].map((x) => `count(${x})::DOUBLE`);
  const result = await connection.runAndReadAll(`SELECT ${counts.join(', ')} FROM ${from}`);
  const [rows, ...present] = result.getRows()[0] as [number, ...number[]];
  return { rows, columns: present.map((count) => ({ missing: rows - count })) };
}

/** @throws {AppError} `bad_format` */
export function checkAgreement(scan: TextScan, second: Counted): void {
  const agreed =
    scan.rows === second.rows &&
    scan.columns.every(({ missing }, i) => missing === second.columns[i]!.missing);
  if (!agreed)
    throw new AppError(
      'bad_format',
      'The file can be read in more than one way. Quote fields that hold quotes or line ends, and check the line ends.',
    );
}
