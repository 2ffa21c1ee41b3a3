import type { TableProfile } from '../../vocabulary/tables.ts';
import type { DatasetWarning } from '../../vocabulary/warnings.ts';
import { bounded } from '../warnings.ts';
import { columnWarnings } from './column-warnings.ts';
import { DIALECT_BYTES, readDialect } from './csv-dialect.ts';
import { type OpenDatabase, openDatabase } from './duckdb.ts';
import { duckdbError } from './duckdb-error.ts';
import { alikePairs, equalPairs } from './equal-columns.ts';
import { excerpt } from './excerpt.ts';
import type { InspectRequest } from './inspect-here.ts';
import { readHead } from './text-chunks.ts';

/** What is odd about a table that can be used, by its profile; the file is looked into only for columns that seem equal. */
export async function tableWarnings(
  request: InspectRequest,
  table: TableProfile,
  open: OpenDatabase = openDatabase,
): Promise<DatasetWarning[]> {
  return bounded([
    ...(await headerWarnings(request)),
    ...columnWarnings(table),
    ...(await duplicates(request, table, open)),
  ]);
}

async function headerWarnings({ path, fileType }: InspectRequest): Promise<readonly DatasetWarning[]> {
  const { format, compression, layout } = fileType;
  if (format !== 'csv' && format !== 'tsv') return [];
  return readDialect(await readHead(path, compression, DIALECT_BYTES), format, layout).warnings;
}

async function duplicates(
  { path, fileType, memoryMb, tempDirectory }: InspectRequest,
  table: TableProfile,
  open: OpenDatabase,
): Promise<DatasetWarning[]> {
  const pairs = alikePairs(table);
  if (pairs.length === 0) return [];
  const { connection, close } = await open(path, { memoryMb, tempDirectory });
  try {
    const equal = await equalPairs(connection, { path, fileType }, table, pairs);
    const firstOf = new Map(equal.toReversed().map(([earlier, later]) => [later, earlier]));
    return table.columns.flatMap(({ name }): DatasetWarning[] => {
      const first = firstOf.get(name);
      if (first === undefined) return [];
      const message = `Column ${excerpt(name)} holds the same values as column ${excerpt(first)}.`;
      return [{ code: 'duplicate', column: name, message }];
    });
  } catch (error) {
    throw duckdbError(error);
  } finally {
    close();
  }
}
