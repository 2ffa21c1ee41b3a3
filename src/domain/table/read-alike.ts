import { isDeepStrictEqual } from 'node:util';
import type { InputColumn, Table } from '#tabular';
import type { ColumnProfile, Format, PlainFileType } from '../../vocabulary/tables.ts';
import { type ColumnReading, columnReading } from './column-reading.ts';
import type { OpenDatabase } from './duckdb.ts';
import { readTable } from './read-table.ts';

/** Of these the cells are texts; elsewhere a number is one whatever its form. */
const OF_TEXTS: ReadonlySet<Format> = new Set(['csv', 'tsv']);

interface Alike {
  /** Of the file before it was made plain. */
  readonly format: Format;
  /** The table's own columns; all of `columns` are among them. */
  readonly own: readonly ColumnProfile[];
  /** Of the other table. */
  readonly columns: readonly ColumnProfile[];
  /** Of those the ones that are wanted as labels. */
  readonly asCategory: readonly string[];
  /** Cells that hold no value in the other table; a text was made plain without them. */
  readonly naValues: readonly string[];
}

/**
 * Reads a table as another one is read: by the types and the forms of that one's columns, as rows to predict are. What no
 * form says is read as the table itself was found to be.
 *
 * @throws {AppError} as `readTable`; `unusable_data` for a cell that is of another form or type
 */
export async function readAlike(
  options: Alike & {
    readonly path: string;
    readonly fileType: PlainFileType;
    readonly memoryLimitMb: number;
    readonly rows: number;
  },
  open: OpenDatabase,
): Promise<Table> {
  const owns = new Map(options.own.map((column) => [column.name, column]));
  const labelled = new Set(options.asCategory);
  const readings = options.columns.map((column) =>
    readingOf(column, owns.get(column.name)!, labelled.has(column.name), options),
  );
  const columns = options.columns.map(({ name, type }, i) => {
    const reading = readings[i];
    return reading ? { name, type: TYPE_OF[reading.as] } : { name, type, form: owns.get(name)!.form };
  });
  const table = await readTable({ ...options, columns }, open);
  return {
    rows: table.rows,
    columns: table.columns.map((column, i) => readings[i]?.toInput(column, 0) ?? column),
  };
}

const TYPE_OF = { number: 'number', time: 'datetime', text: 'string' } as const;

/** @returns undefined: it is read as the table itself was found to be */
function readingOf(
  { name, type, form }: ColumnProfile,
  own: ColumnProfile,
  isLabelled: boolean,
  { format, naValues }: Alike,
): ColumnReading | undefined {
  const input: InputColumn = isLabelled ? { name, type: 'string' } : { name, type, ...(form && { form }) };
  if (format === 'parquet') return columnReading(input, own.type, naValues);
  if (input.type !== 'number' && input.type !== 'datetime') return undefined;
  const isText = own.type === 'string' || own.form !== undefined || OF_TEXTS.has(format);
  const isSame = own.type === type && isDeepStrictEqual(own.form, form);
  const isOther = form ? isText && !isSame : own.type === 'string';
  return isOther ? columnReading(input, 'string', []) : undefined;
}
