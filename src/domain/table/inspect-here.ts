import { AppError } from '../../errors.ts';
import type { FileType, TableProfile } from '../../vocabulary/tables.ts';
import { DIALECT_BYTES, readDialect } from './csv-dialect.ts';
import { CsvScanner } from './csv-scan.ts';
import { openDatabase } from './duckdb.ts';
import { duckdbError } from './duckdb-error.ts';
import { NdjsonScanner } from './ndjson-scan.ts';
import { parquetColumns, parquetRows } from './parquet.ts';
import { profileTable } from './profile.ts';
import { readChunks, readHead } from './text-chunks.ts';
import { TextCheck, type TextScan } from './text-scan.ts';

export interface TableLimits {
  readonly minRows: number;
  /** Greatest share of cells without a value, from 0 to 1. */
  readonly maxEmptyRatio: number;
  /** Of the decompressed table. */
  readonly maxBytes: number;
}

export interface InspectRequest {
  readonly path: string;
  readonly fileType: FileType;
  readonly limits: TableLimits;
  readonly memoryMb: number;
  readonly tempDirectory: string;
}

/**
 * What `Inspector.inspect` does, in the process it is called in: first our own scan of a text's every byte, which refuses
 * bad files early and with a line number, then DuckDB for the figures, and as a second opinion on what the scan let
 * pass: both must find the same rows and the same missing values.
 * @throws {AppError} as `Inspector.inspect`
 */
export async function inspectHere(request: InspectRequest): Promise<TableProfile> {
  const { path, fileType, limits, memoryMb, tempDirectory } = request;
  const scan = fileType.format === 'parquet' ? undefined : await scanText(path, fileType, limits.maxBytes);
  if (scan !== undefined) checkLimits(scan.rows, scan.columns, limits);

  const { connection, close } = await openDatabase(path, { memoryMb, tempDirectory });
  try {
    if (scan === undefined) {
      const columns = await parquetColumns(connection, path);
      const rows = await parquetRows(connection, path, columns.length, limits.maxBytes);
      checkLimits(rows, [], limits);
      const profile = await profileTable(
        { connection, file: { path, fileType, multiline: false }, rows },
        columns,
      );
      checkLimits(profile.rows, profile.columns, limits);
      return profile;
    }
    const file = { path, fileType, multiline: scan.multiline };
    const profile = await profileTable({ connection, file, rows: scan.rows }, scan.columns);
    checkAgreement(scan, profile);
    return profile;
  } catch (error) {
    throw duckdbError(error);
  } finally {
    close();
  }
}

async function scanText(
  path: string,
  { format, compression }: FileType,
  maxBytes: number,
): Promise<TextScan> {
  const check = new TextCheck();
  let scanner: CsvScanner | NdjsonScanner;
  if (format === 'ndjson') scanner = new NdjsonScanner();
  else {
    const head = await readHead(path, compression, DIALECT_BYTES);
    scanner = new CsvScanner(readDialect(head, format === 'tsv' ? 'tsv' : 'csv'));
  }
  for await (const chunk of readChunks(path, compression, maxBytes)) {
    check.check(chunk, scanner.line);
    scanner.push(chunk);
  }
  check.end(scanner.line);
  return scanner.end();
}

/** @throws {AppError} `too_few_rows`, `too_many_empty` */
function checkLimits(
  rows: number,
  columns: readonly { readonly missing: number }[],
  { minRows, maxEmptyRatio }: TableLimits,
): void {
  if (rows < minRows)
    throw new AppError('too_few_rows', `The table has ${rows} rows; at least ${minRows} are needed.`);
  const empty = columns.reduce((sum, { missing }) => sum + missing, 0) / (rows * columns.length);
  if (empty > maxEmptyRatio)
    throw new AppError(
      'too_many_empty',
      `${percent(empty)} of the cells are empty; at most ${percent(maxEmptyRatio)} may be.`,
    );
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 1000) / 10} %`;
}

function checkAgreement(scan: TextScan, profile: TableProfile): void {
  const agreed =
    scan.rows === profile.rows &&
    scan.columns.every(({ missing }, i) => missing === profile.columns[i]!.missing);
  if (!agreed)
    throw new AppError(
      'bad_format',
      'The file can be read in more than one way. Quote fields that hold quotes or line ends, and check the line ends.',
    );
}
