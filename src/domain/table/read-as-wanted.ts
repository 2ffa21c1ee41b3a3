import { AppError } from '../../errors.ts';
import type { ReadOptions, TableProfile } from '../../vocabulary/tables.ts';
import type { TableFile } from './duckdb-source.ts';
import { excerpt } from './excerpt.ts';
import { profileTable } from './profile.ts';
import { readForms, type Workshop } from './read-forms.ts';

/**
 * The profile of a table as its sender wants it to be read: without the columns to ignore, with numbers and dates by the
 * forms that are named or found, and columns of the types that are named.
 * @throws {AppError} `bad_header` for a column that is named and is not there; `bad_format` for one that is not of its type
 */
export async function readAsWanted(
  file: TableFile,
  { rows, columns: all }: TableProfile,
  options: ReadOptions | undefined,
  workshop: Workshop,
): Promise<TableProfile> {
  const { types = {}, ignore = [] } = options ?? {};
  const names = new Set(all.map(({ name }) => name));
  const unknown = [...Object.keys(types), ...ignore].find((name) => !names.has(name));
  if (unknown !== undefined)
    throw new AppError('bad_header', `options: the table has no column ${excerpt(unknown)}.`);
  const ignored = new Set(ignore);
  const columns = all.filter(({ name }) => !ignored.has(name));
  if (columns.length === 0) throw new AppError('bad_header', 'options: no column is left.');

  // Parquet says itself what its columns are.
  const isText = file.fileType.format !== 'parquet';
  const read = isText ? await readForms(file, { rows, columns }, options ?? {}, workshop) : { rows, columns };
  const profile = await readTexts(file, read, types, workshop);
  for (const { name, type } of profile.columns) {
    const wanted = Object.hasOwn(types, name) ? types[name] : undefined;
    if (wanted !== undefined && type !== wanted)
      throw new AppError(
        'bad_format',
        `options: column ${excerpt(name)} is no column of type ${wanted}: not all of its values can be read so, in one form.`,
      );
  }
  return profile;
}

/** Columns that are wanted as texts, whatever they look like. */
async function readTexts(
  file: TableFile,
  { rows, columns }: TableProfile,
  types: NonNullable<ReadOptions['types']>,
  { open, ...limits }: Workshop,
): Promise<TableProfile> {
  const texts = columns.filter(
    ({ name, type }) => Object.hasOwn(types, name) && types[name] === 'string' && type !== 'string',
  );
  if (texts.length === 0) return { rows, columns };
  const { connection, close } = await open(file.path, limits);
  try {
    const wanted = texts.map(({ name }) => ({ name, type: 'string' as const }));
    const read = await profileTable({ connection, file, rows }, wanted);
    const byName = new Map(read.columns.map((column) => [column.name, column]));
    return { rows, columns: columns.map((column) => byName.get(column.name) ?? column) };
  } finally {
    close();
  }
}
