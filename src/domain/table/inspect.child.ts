import { serveChild } from '../../adapters/process/serve-child.ts';
import type { FileType, InspectedTable } from '../../vocabulary/tables.ts';
import { SpareDatabase } from './duckdb.ts';
import { dialectOf } from './duckdb-source.ts';
import { SlowArrival } from './growing-file.ts';
import { type InspectRequest, inspectHere } from './inspect-here.ts';
import { plainTable } from './plain/plain-table.ts';
import { previewOf } from './preview.ts';
import { SharedDatabase } from './shared-database.ts';
import { tableWarnings } from './table-warnings.ts';

export interface InspectFileRequest extends Omit<InspectRequest, 'fileType'> {
  readonly fileType: FileType;
}

const databases = new SpareDatabase();

serveChild<InspectFileRequest, InspectedTable | undefined>(async (file, _report, stages) => {
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
    return { ...profile, encoding: file.fileType.encoding, options, preview, warnings };
  } catch (error) {
    if (error instanceof SlowArrival) return undefined;
    throw error;
  }
}, databases.make);
