import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { type Reading, tableSource, timeOf } from './source.ts';
import type { ColumnProfile, ColumnType, FileType } from './types.ts';

/** A table of up to this many cells has all its distinct values counted one by one. */
const EXACT_CELLS = 4_000_000;
/** Beyond that, so many values in all are counted and the rest inferred. */
const SAMPLED_CELLS = 4_000_000;
/** A column with fewer values than this in the sample is counted again, in full. */
const FEW = 1000;
/** Rows at the start that tell which columns repeat their values. */
const FIRST_ROWS = 20_000;
const REPEATS = 10;
const MAX_TEXT = 200;

interface TypedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

interface Profiled {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}

/**
 * Counts what is missing and distinct in each column, with the extremes and the mean.
 *
 * `distinct` is exact in tables of up to `EXACT_CELLS` cells, and in larger ones for columns of up to about
 * `FEW` × (cells / `SAMPLED_CELLS`) different values; above that it is estimated from the values whose hash falls
 * into a share of the hash's range, with a relative standard error of 1/√(values in the share): 3 % at worst.
 * A column whose values turn out to be none of its type (`1e999`, `2024-02-30`) becomes a string column.
 *
 * @param rows the rows the file is known to hold, for the choice between counting and estimating
 */
export async function profileTable(
  connection: DuckDBConnection,
  path: string,
  fileType: FileType,
  columns: readonly TypedColumn[],
  rows: number,
): Promise<Profiled> {
  const table = { connection, path, fileType, rows };
  const share = Math.ceil((rows * columns.length) / SAMPLED_CELLS);
  const exact =
    rows * columns.length <= EXACT_CELLS ? columns.map(() => true) : await repeatingColumns(table, columns);
  const first = await measure(
    table,
    columns.map((column, i) => ({ ...column, share: exact[i] ? 1 : share })),
  );

  const again = columns.flatMap((column, i) => {
    const { misfit, sampled } = first.columns[i]!;
    if (misfit) return [{ i, name: column.name, type: 'string' as const, share: 1 }];
    return !exact[i] && sampled < FEW ? [{ i, ...column, share: 1 }] : [];
  });
  const second = again.length === 0 ? undefined : await measure(table, again);
  const profiles = first.columns.map(({ profile }) => profile);
  for (const [k, { i }] of again.entries()) profiles[i] = second!.columns[k]!.profile;
  return { rows: first.rows, columns: profiles };
}

interface TableFile {
  readonly connection: DuckDBConnection;
  readonly path: string;
  readonly fileType: FileType;
  readonly rows: number;
}

/** Which columns' values occur `REPEATS` times on average at the table's start: few are left to count. */
async function repeatingColumns(table: TableFile, columns: readonly TypedColumn[]): Promise<boolean[]> {
  const source = await sourceOf(table, columns);
  const counts = source.expressions.map((x) => `count(DISTINCT hash(${x}))::DOUBLE`);
  const [row] = await query(
    table,
    `SELECT ${counts.join(', ')} FROM (SELECT * FROM ${source.from} LIMIT ${FIRST_ROWS})`,
  );
  return columns.map((_, i) => (row![i] as number) * REPEATS <= Math.min(table.rows, FIRST_ROWS));
}

interface MeasuredColumn extends TypedColumn {
  /** One in so many hash values is counted; 1: all. */
  readonly share: number;
}

interface Measured {
  readonly profile: ColumnProfile;
  readonly misfit: boolean;
  /** Distinct values really counted. */
  readonly sampled: number;
}

const FIGURES = 6;

async function measure(table: TableFile, columns: readonly MeasuredColumn[]) {
  const source = await sourceOf(table, columns);
  const figures = columns.flatMap(({ type, share }, i) => figuresOf(source.expressions[i]!, type, share));
  const [row] = await query(table, `SELECT count(*)::DOUBLE, ${figures.join(', ')} FROM ${source.from}`);
  const rows = row![0] as number;
  return {
    rows,
    columns: columns.map((column, i) =>
      measured(column, rows, row!.slice(1 + i * FIGURES, 1 + (i + 1) * FIGURES)),
    ),
  };
}

function sourceOf({ connection, path, fileType }: TableFile, columns: readonly TypedColumn[]) {
  // Times are read as text, to show the first and the last as they stand in the file.
  const as = (type: ColumnType): Reading => (type === 'number' ? 'number' : 'text');
  return tableSource(
    connection,
    path,
    fileType,
    columns.map(({ name, type }) => ({ name, as: as(type) })),
  );
}

/** `FIGURES` expressions: values present, values of the type, distinct ones, least, greatest, mean. */
function figuresOf(x: string, type: ColumnType, share: number): string[] {
  const present = `count(${x})::DOUBLE`;
  // Counted by their hash: the set's memory must not depend on the values' length.
  const inShare = share === 1 ? '' : ` AND hash(${x}) % ${share} = 0`;
  const distinct = `count(DISTINCT hash(${x})) FILTER (WHERE ${x} IS NOT NULL${inShare})::DOUBLE`;
  if (type === 'number') {
    const finite = `count(*) FILTER (WHERE isfinite(${x}))::DOUBLE`;
    // A compensated sum: the mean does not drift with the number of rows.
    return [present, finite, distinct, `min(${x})`, `max(${x})`, `favg(${x})`];
  }
  const cut = (text: string) => `left(${text}, ${MAX_TEXT})`;
  if (type !== 'datetime') return [present, present, distinct, cut(`min(${x})`), cut(`max(${x})`), 'NULL'];
  const time = timeOf(x);
  return [
    present,
    `count(${time})::DOUBLE`,
    distinct,
    cut(`arg_min(${x}, ${time})`),
    cut(`arg_max(${x}, ${time})`),
    'NULL',
  ];
}

function measured(
  { name, type, share }: MeasuredColumn,
  rows: number,
  figures: readonly DuckDBValue[],
): Measured {
  const [present, ofType, sampled] = figures as [number, number, number];
  const [min, max, mean] = figures.slice(3).map(plain) as [Extreme, Extreme, number | null];
  return {
    profile: {
      name,
      type,
      missing: rows - present,
      distinct: Math.min(sampled * share, present),
      min,
      max,
      mean,
    },
    misfit: ofType !== present,
    sampled,
  };
}

type Extreme = number | string | null;

/** No negative zero, and null for the mean of numbers whose sum is no double. */
function plain(figure: DuckDBValue): DuckDBValue {
  if (typeof figure !== 'number') return figure;
  return Number.isFinite(figure) ? figure + 0 : null;
}

async function query({ connection }: TableFile, sql: string): Promise<DuckDBValue[][]> {
  return (await connection.runAndReadAll(sql)).getRows();
}
