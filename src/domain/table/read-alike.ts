import { isDeepStrictEqual } from 'node:util';
import { type CellForm, type Column, formReader, type Table, wantedOf } from '#tabular';
import { AppError } from '../../errors.ts';
import type { ColumnProfile, Format, PlainFileType } from '../../vocabulary/tables.ts';
import type { OpenDatabase } from './duckdb.ts';
import { excerpt } from './excerpt.ts';
import { readTable } from './read-table.ts';

/** Of these the cells are texts; elsewhere a number is one whatever its form. */
const OF_TEXTS: ReadonlySet<Format> = new Set(['csv', 'tsv']);

/**
 * Reads a table as another one is read: by the types and the forms of that one's columns. What no form says is read as the
 * table itself was found to be.
 *
 * @param options.format of the file before it was made plain
 * @param options.own the table's own columns; all of `options.columns` are among them
 * @param options.columns of the other table
 * @throws {AppError} as `readTable`; `unusable_data` for a cell that is of another form
 */
export async function readAlike(
  options: {
    path: string;
    fileType: PlainFileType;
    format: Format;
    own: readonly ColumnProfile[];
    columns: readonly ColumnProfile[];
    asCategory: readonly string[];
    memoryLimitMb: number;
    rows: number;
  },
  open: OpenDatabase,
): Promise<Table> {
  const ownOf = new Map(options.own.map((column) => [column.name, column]));
  const labelled = new Set(options.asCategory);
  const byForm = new Map<string, CellForm>();
  for (const { name, type, form } of options.columns) {
    const own = ownOf.get(name);
    const isSame = own?.type === type && isDeepStrictEqual(own.form, form);
    const isText = own?.form !== undefined || OF_TEXTS.has(options.format);
    if (form && isText && !isSame && !labelled.has(name)) byForm.set(name, form);
  }
  const columns = options.columns.map(({ name, type }) => ({ name, type, form: ownOf.get(name)?.form }));
  const asCategory = [...labelled, ...byForm.keys()];
  const table = await readTable({ ...options, columns, asCategory }, open);
  return {
    rows: table.rows,
    columns: table.columns.map((column) => {
      const form = byForm.get(column.name);
      return form ? numbersOf(column, form) : column;
    }),
  };
}

function numbersOf(column: Column, form: CellForm): Column {
  if (column.kind === 'number') return column;
  const { name, codes, labels } = column;
  const read = labels.map(formReader(form));
  const values = Float64Array.from(codes, (code, row) => {
    if (code < 0) return Number.NaN;
    const value = read[code];
    if (value !== undefined) return value;
    const wanted = wantedOf({ name, type: form.kind, form });
    throw new AppError(
      'unusable_data',
      `Column ${excerpt(name)}, row ${row}, holds ${excerpt(labels[code]!)}: ${wanted} is needed.`,
    );
  });
  return { kind: 'number', name, values };
}
