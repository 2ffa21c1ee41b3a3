import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { AppError } from '../../errors.ts';
import { CsvScanner, type ProfiledScan } from './csv-scan.ts';
import type { DatabaseLimits, OpenDatabase } from './duckdb.ts';
import { type TableFile, tableSource } from './duckdb-source.ts';
import { readHead } from './text-chunks.ts';
import type { ScannedColumn } from './text-scan.ts';

/** What two readers of the same records must agree on. */
interface Counted {
  readonly rows: number;
  readonly columns: readonly { readonly missing: number }[];
}

/** More in one query take more memory than a table of so many columns is worth. */
const COLUMNS_PER_QUERY = 512;

interface Workshop extends DatabaseLimits {
  readonly open: OpenDatabase;
}

/**
 * Holds what the scan found of a delimited text against DuckDB, which reads it for training: both must find the same rows
 * and the same missing values, in the records of the scan's sample, and in all of a compressed text, for DuckDB
 * decompresses it by its own code.
 * @throws {AppError} `bad_format`
 */
export async function seekSecondOpinion(
  file: TableFile,
  scan: ProfiledScan,
  { open: openDatabase, ...limits }: Workshop,
): Promise<void> {
  const { columns, dialect, sample } = scan;
  const room = file.fileType.compression === 'none' && !sample.isWhole ? limits.tempDirectory : undefined;
  const path = room === undefined ? file.path : await writeSample(file.path, scan, room);
  const { connection, close } = await openDatabase(path, limits);
  try {
    const [second, first] = await Promise.all([
      countCells(connection, { ...file, path, dialect }, columns),
      room === undefined ? scan : scanSample(scan),
    ]);
    checkAgreement(first, second);
  } finally {
    close();
  }
}

/** The header and the sample's records, as a file that the database is shown instead. */
async function writeSample(
  path: string,
  { dialect, sample }: ProfiledScan,
  directory: string,
): Promise<string> {
  const { bytes } = dialect.header;
  const head = await readHead(path, 'none', bytes);
  await mkdir(directory, { recursive: true });
  const written = join(directory, 'sample');
  await using file = await open(written, 'w');
  for (const piece of [head.subarray(0, bytes), ...sample.pieces]) await file.writeFile(piece);
  return written;
}

/** What our own scan finds in the sample, while DuckDB reads it in another thread. */
async function scanSample({ dialect, sample }: ProfiledScan): Promise<Counted> {
  using scanner = new CsvScanner({ ...dialect, header: { ...dialect.header, bytes: 0 } });
  for (const piece of sample.pieces) {
    await nextTurn();
    scanner.push(piece);
  }
  return scanner.end();
}

/** Rows and missing values as DuckDB counts them: each column as it is trained on. */
async function countCells(
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
export function checkAgreement(first: Counted, second: Counted): void {
  const agreed =
    first.rows === second.rows &&
    first.columns.every(({ missing }, i) => missing === second.columns[i]!.missing);
  if (!agreed)
    throw new AppError(
      'bad_format',
      'The file can be read in more than one way. Quote fields that hold quotes or line ends, and check the line ends.',
    );
}
