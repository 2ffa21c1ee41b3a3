import type { TableProfile } from '../../vocabulary/tables.ts';
import type { DatasetWarning } from '../../vocabulary/warnings.ts';
import { bounded } from '../warnings.ts';
import { columnWarnings } from './column-warnings.ts';
import { type DatabaseLimits, type OpenDatabase, openDatabase } from './duckdb.ts';
import { duckdbError } from './duckdb-error.ts';
import { dialectOf, type TableFile } from './duckdb-source.ts';
import { alikePairs, equalPairs } from './equal-columns.ts';
import { excerpt } from './excerpt.ts';

type InspectedFile = TableFile & DatabaseLimits;

/** What is odd about a table that can be used, by its profile; the file is looked into only for columns that seem equal. */
export async function tableWarnings(
  request: InspectedFile,
  table: TableProfile,
  open: OpenDatabase = openDatabase,
): Promise<DatasetWarning[]> {
  return bounded([
    ...((await dialectOf(request))?.warnings ?? []),
    ...columnWarnings(table),
    ...(await duplicates(request, table, open)),
  ]);
}

async function duplicates(
  { memoryMb, tempDirectory, ...file }: InspectedFile,
  table: TableProfile,
  open: OpenDatabase,
): Promise<DatasetWarning[]> {
  const pairs = alikePairs(table);
  if (pairs.length === 0) return [];
  const { connection, close } = await open(file.path, { memoryMb, tempDirectory });
  try {
    const equal = await equalPairs(connection, file, table, pairs);
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
