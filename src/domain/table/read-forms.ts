import { describeForm } from '#tabular';
import type { ReadOptions, TableProfile } from '../../vocabulary/tables.ts';
import type { DatabaseLimits, OpenDatabase } from './duckdb.ts';
import type { TableFile } from './duckdb-source.ts';
import { findForms, mayHaveForms } from './find-forms.ts';
import { profileTable } from './profile.ts';

export interface Workshop extends DatabaseLimits {
  readonly open: OpenDatabase;
}

/**
 * The profile, in which columns of texts that hold numbers or dates in a form of their own are such columns.
 * @param wanted what the forms are said to be
 */
export async function readForms(
  file: TableFile,
  { rows, columns }: TableProfile,
  wanted: ReadOptions,
  { open, ...limits }: Workshop,
): Promise<TableProfile> {
  const candidates = columns.filter(
    (column) => wanted.types?.[column.name] !== 'string' && mayHaveForms(column, wanted),
  );
  if (candidates.length === 0) return { rows, columns };
  const { connection, close } = await open(file.path, limits);
  try {
    const found = await findForms(connection, file, candidates, wanted);
    if (found.size === 0) return { rows, columns };
    const typed = [...found].map(([name, { form }]) => ({ name, type: form.kind, form }));
    const read = await profileTable({ connection, file, rows }, typed);
    const byName = new Map(read.columns.map((column) => [column.name, column]));
    return {
      rows,
      columns: columns.map((column) => {
        const { form, cells, ambiguous } = found.get(column.name) ?? {};
        if (!form) return column;
        const reads_as = `${describeForm(form)}, ${cells} of ${cells}`;
        return { ...byName.get(column.name)!, form, reads_as, ...(ambiguous && { ambiguous }) };
      }),
    };
  } finally {
    close();
  }
}
