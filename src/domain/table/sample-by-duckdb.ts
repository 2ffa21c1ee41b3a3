import type { ColumnType } from '#tabular';
import type { TableProfile } from '../../vocabulary/tables.ts';
import { type ReadAs, type TableFile, tableSource } from './duckdb-source.ts';
import type { Workshop } from './read-forms.ts';
import { type Cell, mostSampled, type RowSample } from './row-sampler.ts';

/** More in one query take more memory than a table of so many columns is worth. */
const COLUMNS_PER_QUERY = 512;
/** Enough to tell texts apart. */
const MAX_TEXT = 200;
/** The same rows are sampled of the same table. */
const SEED = 1;

/** To make texts of numbers takes DuckDB ten times as long as to read them. */
const AS: Readonly<Record<ColumnType, ReadAs>> = {
  number: 'number',
  datetime: 'time',
  boolean: 'text',
  string: 'text',
};
const VALUE_OF: Readonly<Record<ReadAs, (x: string) => string>> = {
  number: (x) => x,
  time: (x) => `epoch_us(${x}) / 1000.0`,
  text: (x) => `left(${x}, ${MAX_TEXT})`,
};

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
    const cells = new Map<string, Cell[]>();
    for (let first = 0; first < columns.length; first += COLUMNS_PER_QUERY) {
      const wanted = columns
        .slice(first, first + COLUMNS_PER_QUERY)
        .map(({ name, type }) => ({ name, as: AS[type] }));
      const { from, expressions } = await tableSource(connection, file, wanted);
      const values = expressions.map((x, i) => VALUE_OF[wanted[i]!.as](x));
      const result = await connection.runAndReadAll(`SELECT ${values.join(', ')} FROM ${from} ${sampling}`);
      const found = result.getColumns() as Cell[][];
      for (const [i, { name }] of wanted.entries()) cells.set(name, found[i] ?? []);
    }
    return { rows: Math.min(rows, most), cells };
  } finally {
    close();
  }
}
