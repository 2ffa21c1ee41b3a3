import type { Preview, TableProfile } from '../../vocabulary/tables.ts';
import { duckdbError } from './duckdb-error.ts';
import { type TableFile, tableSource } from './duckdb-source.ts';
import type { Workshop } from './read-forms.ts';

const [MAX_ROWS, MAX_COLUMNS, MAX_TEXT] = [5, 50, 100];

/** The first rows of a table that was inspected. */
export async function previewOf(
  file: TableFile,
  { columns }: TableProfile,
  { open, ...limits }: Workshop,
): Promise<Preview> {
  const names = columns.slice(0, MAX_COLUMNS).map(({ name }) => name);
  const { connection, close } = await open(file.path, limits);
  try {
    const { from, expressions } = await tableSource(
      connection,
      file,
      names.map((name) => ({ name, as: 'text' })),
    );
    const texts = expressions.map((x) => `left(${x}, ${MAX_TEXT})`);
    const result = await connection.runAndReadAll(
      `SELECT ${texts.join(', ')} FROM ${from} LIMIT ${MAX_ROWS}`,
    );
    return { columns: names, rows: result.getRows() as (string | null)[][] };
  } catch (error) {
    throw duckdbError(error);
  } finally {
    close();
  }
}
