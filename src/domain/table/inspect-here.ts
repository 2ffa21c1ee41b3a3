import { NO_STAGES, type Stages } from '../../telemetry/stages.ts';
import type { PlainFileType, ReadOptions, TableProfile } from '../../vocabulary/tables.ts';
import type { ProfiledScan } from './csv-scan.ts';
import { distributionsOf } from './distributions.ts';
import { type OpenDatabase, openDatabase } from './duckdb.ts';
import { duckdbError } from './duckdb-error.ts';
import { checkLimits, type TableLimits } from './limits.ts';
import { nearlyNumbers } from './nearly-numbers.ts';
import { parquetColumns, parquetRows } from './parquet.ts';
import { profileTable } from './profile.ts';
import { readAsWanted } from './read-as-wanted.ts';
import { sampleByDuckdb } from './sample-by-duckdb.ts';
import { scanCsv, scanText } from './scan-text.ts';
import { checkAgreement, seekSecondOpinion } from './second-opinion.ts';
import { readChunks } from './text-chunks.ts';
import type { TextScan } from './text-scan.ts';

export interface InspectRequest {
  readonly path: string;
  /** Where the file still grows until it is moved to `path`; unset: it is there. */
  readonly part?: string | undefined;
  readonly fileType: PlainFileType;
  readonly limits: TableLimits;
  readonly memoryMb: number;
  /** As in `DatabaseLimits`. */
  readonly tempDirectory: string | undefined;
  readonly options?: ReadOptions | undefined;
}

/**
 * What `Inspector.inspect` does, in the process it is called in: first our own scan of a text's every byte, which refuses
 * bad files early and with a line number, and works out the figures of a delimited one; then DuckDB, for the figures of
 * the others, and as a second opinion on what the scan let pass: both must find the same rows and the same missing values.
 * @throws {AppError} as `Inspector.inspect`
 * @throws {SlowArrival}
 */
export async function inspectHere(
  request: InspectRequest,
  stages: Stages = NO_STAGES,
  open: OpenDatabase = openDatabase,
): Promise<TableProfile> {
  const { path, fileType, limits, memoryMb, tempDirectory, options } = request;
  if (fileType.format !== 'parquet') stages.begin('scan');
  const scan = await scanFile(request);
  if (scan !== undefined) checkLimits(scan.rows, scan.columns, limits);

  stages.begin('profile');
  const file = { path, fileType };
  const workshop = { open, memoryMb, tempDirectory };
  const profiled = async (): Promise<TableProfile> => {
    if (scan !== undefined && 'sample' in scan) {
      await seekSecondOpinion(file, scan, workshop);
      return readAsWanted({ ...file, dialect: scan.dialect }, scan, options, workshop);
    }
    return readAsWanted(file, await profileByDuckdb(request, scan, open), options, workshop);
  };
  try {
    const profile = await profiled();
    const sample = scan ? scan.sampled() : await sampleByDuckdb(file, profile, workshop);
    const { columns } = profile;
    const nearly = nearlyNumbers(columns, sample);
    return {
      ...profile,
      distributions: distributionsOf(columns, sample),
      ...(nearly.size > 0 && { nearlyNumbers: nearly }),
    };
  } catch (error) {
    throw duckdbError(error);
  }
}

/** The figures of a text that was scanned, or of a Parquet file, which only DuckDB reads. */
async function profileByDuckdb(
  { path, fileType, limits, memoryMb, tempDirectory }: InspectRequest,
  scan: TextScan | undefined,
  open: OpenDatabase,
): Promise<TableProfile> {
  const file = { path, fileType };
  const { connection, close } = await open(path, { memoryMb, tempDirectory });
  try {
    if (scan === undefined) {
      const columns = await parquetColumns(connection, path);
      const rows = await parquetRows(connection, path, columns.length, limits.maxBytes);
      checkLimits(rows, [], limits);
      const profile = await profileTable({ connection, file, rows }, columns);
      checkLimits(profile.rows, profile.columns, limits);
      return profile;
    }
    const profile = await profileTable({ connection, file, rows: scan.rows }, scan.columns);
    checkAgreement(scan, profile);
    return profile;
  } finally {
    close();
  }
}

/** The scan of a text file, with figures if it is a delimited one; nothing of a Parquet file. */
async function scanFile({
  path,
  part,
  fileType: { format, compression, layout },
  limits: { maxBytes },
}: InspectRequest): Promise<TextScan | ProfiledScan | undefined> {
  if (format === 'parquet') return undefined;
  const scan = await scanText(readChunks(path, compression, { maxBytes, part }), format, layout);
  if (format === 'ndjson' || !('spoiled' in scan) || scan.spoiled.length === 0) return scan;
  const texts = scan.spoiled;
  const again = await scanCsv(readChunks(path, compression, { maxBytes }), format, { texts, layout });
  const columns = scan.columns.map((column, i) => (scan.spoiled.includes(i) ? again.columns[i]! : column));
  return { ...scan, columns, spoiled: [] };
}
