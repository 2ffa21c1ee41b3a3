import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnProfile, TableProfile } from '../../vocabulary/tables.ts';
import { type TableFile, tableSource } from './duckdb-source.ts';

/** A pair of columns, by name. */
type Pair = readonly [earlier: string, later: string];

/** Of columns with the same figures so many are compared with each other, of more, each with the first. */
const MAX_ALIKE = 8;
const MAX_PAIRS = 100;
/** Columns that differ do so here, nearly always. */
const FIRST_ROWS = 10_000;

/** Columns that may be equal, since their figures are. */
export function alikePairs({ columns }: TableProfile): Pair[] {
  const figures = ({ type, missing, distinct, min, max, mean }: ColumnProfile) =>
    JSON.stringify([type, missing, distinct, min, max, mean]);
  const varied = columns.filter(({ distinct }) => distinct > 1);
  return [...Map.groupBy(varied, figures).values()]
    .flatMap((group) =>
      group
        .slice(1)
        .flatMap((later, i) =>
          group
            .slice(0, group.length > MAX_ALIKE ? 1 : i + 1)
            .map((earlier): Pair => [earlier.name, later.name]),
        ),
    )
    .slice(0, MAX_PAIRS);
}

/** The pairs that hold the same value in every row. All rows are read only where the first ones show no difference. */
export async function equalPairs(
  connection: DuckDBConnection,
  file: TableFile,
  table: TableProfile,
  pairs: readonly Pair[],
): Promise<Pair[]> {
  const alike = await withoutDifference(connection, file, table, pairs, FIRST_ROWS);
  if (table.rows <= FIRST_ROWS || alike.length === 0) return alike;
  return withoutDifference(connection, file, table, alike);
}

async function withoutDifference(
  connection: DuckDBConnection,
  file: TableFile,
  { columns }: TableProfile,
  pairs: readonly Pair[],
  rows?: number,
): Promise<Pair[]> {
  const names = [...new Set(pairs.flat())];
  const byName = new Map(columns.map((column) => [column.name, column]));
  const { from, expressions } = await tableSource(
    connection,
    file,
    names.map((name) => {
      const { type, form } = byName.get(name)!;
      return { name, as: type === 'number' ? 'number' : 'text', form };
    }),
  );
  const of = (name: string) => expressions[names.indexOf(name)]!;
  const differences = pairs.map(
    ([a, b]) => `count(CASE WHEN ${of(a)} IS DISTINCT FROM ${of(b)} THEN 1 END)::DOUBLE`,
  );
  const looked = rows === undefined ? from : `(FROM ${from} LIMIT ${rows})`;
  const result = await connection.runAndReadAll(`SELECT ${differences.join(', ')} FROM ${looked}`);
  const [counts] = result.getRows();
  return pairs.filter((_, i) => counts?.[i] === 0);
}
