import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { CellForm, ColumnType } from '#tabular';
import type { ColumnProfile, TableProfile } from '../../vocabulary/tables.ts';
import { type ReadAs, type Source, type TableFile, tableSource, timeOf } from './duckdb-source.ts';

/** So many cells have their distinct values counted in all; of a larger table, a share of about this size. */
const COUNTED_CELLS = 4_000_000;
/** A column with fewer values than this in the share is counted again, in full. */
const FEW = 1000;
/** Rows that are looked at first, to see which columns repeat their values. */
const FIRST_ROWS = 20_000;
const REPEATS = 10;
/** DuckDB takes about 2 MB for each set of distinct values, so more columns than this share one set. */
const OWN_SETS = 32;
/** More in one query take more memory than a table of `MAX_COLUMNS` columns is worth. */
const COLUMNS_PER_QUERY = 512;
const MAX_TEXT = 200;

interface TypedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly form?: CellForm | undefined;
}

export interface OpenTable {
  readonly connection: DuckDBConnection;
  readonly file: TableFile;
  /** How many the file is known to hold. */
  readonly rows: number;
}

/**
 * Counts what is missing and distinct in each column, with the extremes and the mean.
 *
 * `distinct` is exact in tables of up to `COUNTED_CELLS` cells, and in larger ones for columns with up to about
 * `FEW` × (cells / `COUNTED_CELLS`) different values. Above that, only values whose hash falls into a fixed share of
 * all hashes are counted, and the rest inferred: a relative standard error of 1/√(values counted), 3 % at worst.
 * A column whose values turn out not to be of its type (`1e999`, `2024-02-30`) becomes a string column.
 */
export async function profileTable(table: OpenTable, columns: readonly TypedColumn[]): Promise<TableProfile> {
  const share = Math.ceil((table.rows * columns.length) / COUNTED_CELLS);
  const guess = share > 1 && columns.length <= OWN_SETS;
  const repeating = guess ? await repeatingColumns(table, columns) : undefined;
  const first = await measure(
    table,
    columns.map((column, i) => ({ ...column, share: repeating?.[i] ? 1 : share })),
  );

  const again = first.columns.flatMap(({ name, type, misfit, counted, share }, i) => {
    if (misfit) return [{ i, name, type: 'string' as const, share }];
    return share > 1 && counted < FEW ? [{ i, name, type, share: 1 }] : [];
  });
  const profiles = first.columns.map(profileOf);
  if (again.length > 0) {
    const second = await measure(table, again);
    for (const [k, { i }] of again.entries()) profiles[i] = profileOf(second.columns[k]!);
  }
  return { rows: first.rows, columns: profiles };
}

/** Whether each column's values occur `REPEATS` times on average at the table's start: few are left to count. */
async function repeatingColumns(table: OpenTable, columns: readonly TypedColumn[]): Promise<boolean[]> {
  const { from, expressions } = await sourceOf(table, columns);
  const counts = expressions.map((x) => `count(DISTINCT ${hashOf(x, 1)})::DOUBLE`);
  const [row] = await query(table, `SELECT ${counts.join(', ')} FROM (FROM ${from} LIMIT ${FIRST_ROWS})`);
  return row!.map((count) => (count as number) * REPEATS <= Math.min(FIRST_ROWS, table.rows));
}

interface CountedColumn extends TypedColumn {
  /** One in so many hashes is counted; 1: all. */
  readonly share: number;
}

interface Measured extends CountedColumn {
  readonly missing: number;
  /** Values that are not of the column's type. */
  readonly misfit: boolean;
  /** Distinct values really counted. */
  readonly counted: number;
  readonly distinct: number;
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly mean: number | null;
}

/** One pass over the file, two for wide tables, for every `COLUMNS_PER_QUERY` columns. */
async function measure(
  table: OpenTable,
  columns: readonly CountedColumn[],
): Promise<{ rows: number; columns: Measured[] }> {
  if (columns.length > COLUMNS_PER_QUERY) {
    const left = await measure(table, columns.slice(0, COLUMNS_PER_QUERY));
    const right = await measure(table, columns.slice(COLUMNS_PER_QUERY));
    return { rows: left.rows, columns: [...left.columns, ...right.columns] };
  }
  const source = await sourceOf(table, columns);
  const own = columns.length <= OWN_SETS;
  const figures = columns.flatMap(({ type, form, share }, i) => {
    const x = source.expressions[i]!;
    return [...figuresOf(x, type, form), own ? `count(DISTINCT ${hashOf(x, share)})::DOUBLE` : 'NULL'];
  });
  const [row] = await query(table, `SELECT count(*)::DOUBLE, ${figures.join(', ')} FROM ${source.from}`);
  const rows = row![0] as number;
  const together = own ? undefined : await countByShare(table, source, columns);
  const width = (row!.length - 1) / columns.length;
  return {
    rows,
    columns: columns.map((column, i): Measured => {
      const [present, fitting, min, max, mean, set] = row!.slice(1 + i * width, 1 + (i + 1) * width);
      const counted = together?.[i] ?? (set as number);
      return {
        ...column,
        missing: rows - (present as number),
        misfit: present !== fitting,
        counted,
        distinct: Math.min(counted * column.share, present as number),
        min: plain(min) as Measured['min'],
        max: plain(max) as Measured['max'],
        mean: plain(mean) as Measured['mean'],
      };
    }),
  };
}

function sourceOf({ connection, file }: OpenTable, columns: readonly TypedColumn[]): Promise<Source> {
  // Times are read as text, to show the first and the last as they stand in the file.
  const as = (type: ColumnType): ReadAs => (type === 'number' ? 'number' : 'text');
  return tableSource(
    connection,
    file,
    columns.map(({ name, type, form }) => ({ name, as: as(type), form })),
  );
}

/** Expressions for: values present, values of the type, the least, the greatest, the mean. */
function figuresOf(x: string, type: ColumnType, form: CellForm | undefined): string[] {
  const present = `count(${x})::DOUBLE`;
  if (type === 'number') {
    // CASE, for FILTER takes memory for each column. favg: a compensated sum does not drift with the rows.
    const finite = `count(CASE WHEN isfinite(${x}) THEN 1 END)::DOUBLE`;
    return [present, finite, `min(${x})`, `max(${x})`, `favg(${x})`];
  }
  const cut = (text: string) => `left(${text}, ${MAX_TEXT})`;
  if (type !== 'datetime') return [present, present, cut(`min(${x})`), cut(`max(${x})`), 'NULL'];
  const time = timeOf(x, form);
  return [
    present,
    `count(${time})::DOUBLE`,
    cut(`arg_min(${x}, ${time})`),
    cut(`arg_max(${x}, ${time})`),
    'NULL',
  ];
}

/** The hash of a value that is there and in the share, else NULL. A set of hashes is small however long texts are. */
function hashOf(x: string, share: number): string {
  const inShare = share === 1 ? '' : ` AND hash(${x}) % ${share} = 0`;
  return `CASE WHEN ${x} IS NOT NULL${inShare} THEN hash(${x}) END`;
}

/** Distinct values of each column, one pass over the file for each share that occurs. */
async function countByShare(
  table: OpenTable,
  source: Source,
  columns: readonly CountedColumn[],
): Promise<number[]> {
  const counts: number[] = [];
  for (const [share, group] of Map.groupBy(columns.keys(), (i) => columns[i]!.share)) {
    const counted = await countTogether(table, source, group, share);
    for (const [k, i] of group.entries()) counts[i] = counted[k]!;
  }
  return counts;
}

/** Distinct values of the columns at `positions`, by one set of pairs of column and hash. */
async function countTogether(
  table: OpenTable,
  { from, expressions }: Source,
  positions: readonly number[],
  share: number,
): Promise<number[]> {
  const hashes = positions.map((i) => hashOf(expressions[i]!, share));
  const pairs = `SELECT unnest([${hashes.join(', ')}]) AS h, unnest(range(${positions.length})) AS k FROM ${from}`;
  const counts = await query(
    table,
    `SELECT k::DOUBLE, count(*)::DOUBLE FROM (SELECT DISTINCT k, h FROM (${pairs}) WHERE h IS NOT NULL) GROUP BY k`,
  );
  const byPosition = new Map(counts as [number, number][]);
  return positions.map((_, k) => byPosition.get(k) ?? 0);
}

/** No negative zero, and null for the mean of numbers whose sum is no double. */
function plain(figure: DuckDBValue | undefined): DuckDBValue | undefined {
  if (typeof figure !== 'number') return figure;
  return Number.isFinite(figure) ? figure + 0 : null;
}

function profileOf({ name, type, missing, distinct, share, min, max, mean }: Measured): ColumnProfile {
  const approximate = share > 1 && { distinct_approximate: true as const };
  return { name, type, missing, distinct, ...approximate, min, max, mean };
}

async function query({ connection }: OpenTable, sql: string): Promise<DuckDBValue[][]> {
  return (await connection.runAndReadAll(sql)).getRows();
}
