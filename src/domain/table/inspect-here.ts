import { AppError } from '../../errors.ts';
import type { FileType, TableProfile } from '../../vocabulary/tables.ts';
import { openDatabase } from './duckdb.ts';
import { duckdbError } from './duckdb-error.ts';
import { checkLimits, type TableLimits } from './limits.ts';
import { parquetColumns, parquetRows } from './parquet.ts';
import { profileTable } from './profile.ts';
import { scanText } from './scan-text.ts';
import { readChunks } from './text-chunks.ts';
import type { TextScan } from './text-scan.ts';

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
  const { format, compression } = fileType;
  const scan =
    format === 'parquet' ? undefined : await scanText(readChunks(path, compression, limits.maxBytes), format);
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
