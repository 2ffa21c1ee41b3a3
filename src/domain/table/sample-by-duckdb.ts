import type { TableProfile } from '../../vocabulary/tables.ts';
import { type TableFile, tableSource } from './duckdb-source.ts';
import type { Workshop } from './read-forms.ts';
import { mostSampled, type RowSample } from './row-sampler.ts';

/** More in one query take more memory than a table of so many columns is worth. */
const COLUMNS_PER_QUERY = 512;
/** Enough to tell texts apart. */
const MAX_TEXT = 200;
/** The same rows are sampled of the same table. */
const SEED = 1;

/** Some rows of a file that only DuckDB reads. */
export async function sampleByDuckdb(
  file: TableFile,
  { rows, columns }: TableProfile,
  { open, ...limits }: Workshop,
): Promise<RowSample> {
  const most = mostSampled(columns.length);
  const sampling = rows > most ? `USING SAMPLE reservoir(${most} ROWS) REPEATABLE (${SEED})` : '';
  const { connection, close } = await open(file.path, limits);
  try {
    const cells = new Map<string, (string | null)[]>();
    for (let first = 0; first < columns.length; first += COLUMNS_PER_QUERY) {
      const names = columns.slice(first, first + COLUMNS_PER_QUERY).map(({ name }) => name);
      const { from, expressions } = await tableSource(
        connection,
        file,
        names.map((name) => ({ name, as: 'text' })),
      );
      const texts = expressions.map((x) => `left(${x}, ${MAX_TEXT})`);
      const result = await connection.runAndReadAll(`SELECT ${texts.join(', ')} FROM ${from} ${sampling}`);
      const found = result.getColumns() as (string | null)[][];
      for (const [i, name] of names.entries()) cells.set(name, found[i] ?? []);
    }
    return { rows: Math.min(rows, most), cells };
  } finally {
    close();
  }
}
