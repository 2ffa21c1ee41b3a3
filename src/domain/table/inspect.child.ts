import { serveChild } from '../../adapters/process/serve-child.ts';
import type { Encoding, FileType, InspectedTable } from '../../vocabulary/tables.ts';
import { SpareDatabase } from './duckdb.ts';
import { dialectOf } from './duckdb-source.ts';
import { SlowArrival } from './growing-file.ts';
import { type InspectRequest, inspectHere } from './inspect-here.ts';
import { plainTable } from './plain/plain-table.ts';
import { previewOf } from './preview.ts';
import { SharedDatabase } from './shared-database.ts';
import { isSingleByteText } from './single-byte.ts';
import { tableWarnings } from './table-warnings.ts';
import { readChunks } from './text-chunks.ts';
import { NotUtf8 } from './text-scan.ts';

export interface InspectFileRequest extends Omit<InspectRequest, 'fileType'> {
  readonly fileType: FileType;
}

/** The text turned out to be in another encoding behind its start: it is to be read as a file in that one. */
export interface OtherEncoding {
  readonly encoding: Encoding;
}

const databases = new SpareDatabase();

serveChild<InspectFileRequest, InspectedTable | OtherEncoding | undefined>(async (file, _report, stages) => {
  await using database = new SharedDatabase(databases.open);
  try {
    const { warnings: ofFile, ...plain } = await plainTable(file, file.tempDirectory, file.limits.maxBytes);
    const request: InspectRequest = { ...file, ...plain };
    const profile = await inspectHere(request, stages, database.open);
    const { memoryMb, tempDirectory, options } = request;
    // Known to all that looks into the file from here on.
    const dialect = await dialectOf(plain);
    const preview = await previewOf({ ...plain, dialect }, profile, {
      open: database.open,
      memoryMb,
      tempDirectory,
    });
    const warnings = [...ofFile, ...(await tableWarnings({ ...request, dialect }, profile, database.open))];
    const { nearlyNumbers: _, ...told } = profile;
    return { ...told, encoding: file.fileType.encoding, options, preview, warnings };
  } catch (error) {
    if (error instanceof SlowArrival) return undefined;
    return await otherEncoding(file, error);
  }
}, databases.make);

/** @returns undefined when that is to be found out when all is there @throws the error, where the text is in none */
async function otherEncoding(
  { path, part, fileType: { compression, encoding }, limits, options }: InspectFileRequest,
  error: unknown,
): Promise<OtherEncoding | undefined> {
  if (!(error instanceof NotUtf8) || encoding !== undefined || options?.encoding !== undefined) throw error;
  if (part !== undefined) return undefined;
  if (await isSingleByteText(readChunks(path, compression, limits))) return { encoding: 'windows-1252' };
  throw error;
}
