import { AppError } from '../../errors.ts';
import type { DatasetWarning } from '../../vocabulary/warnings.ts';
import { kindOf, MISSING, NUMBER } from './cell.ts';
import { excerpt } from './excerpt.ts';

export const MAX_COLUMNS = 4096;
const MAX_NAME_LENGTH = 256;

/**
 * Names a table can be used by: present, unlike one another, not too many and not too long.
 * @throws {AppError} `bad_header`, naming the column by its position from 1
 */
export function checkNames(names: readonly string[]): void {
  if (names.length === 0) throw new AppError('bad_header', 'The table has no columns.');
  checkColumnCount(names.length);
  const seen = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const position = i + 1;
    if (name.trim() === '') throw new AppError('bad_header', `Column ${position} has no name.`);
    if (name.length > MAX_NAME_LENGTH)
      throw new AppError(
        'bad_header',
        `The name of column ${position} is longer than ${MAX_NAME_LENGTH} characters.`,
      );
    if (name.includes('\0') || !name.isWellFormed())
      throw new AppError('bad_header', `The name of column ${position} is no text.`);
    const before = seen.get(name);
    if (before !== undefined)
      throw new AppError(
        'bad_header',
        `Columns ${before} and ${position} have the same name ${excerpt(name)}.`,
      );
    seen.set(name, position);
  }
}

/** @throws {AppError} `bad_header` above `MAX_COLUMNS` */
export function checkColumnCount(count: number): void {
  if (count > MAX_COLUMNS)
    throw new AppError('bad_header', `The table has more than ${MAX_COLUMNS} columns.`);
}

/** Names to use columns by, and where they are not those of the file. */
export interface ColumnNames {
  readonly names: readonly string[];
  readonly warnings: readonly DatasetWarning[];
}

/** What pandas and R write without a name before all others: the rows' labels. */
const INDEX_NAME = 'index';

/**
 * Names as written, made usable where people and programs commonly write others: a first column without a name is called
 * `index`, and of columns with the same name the later ones are told apart as pandas does, `a`, `a.1`, `a.2`.
 * @throws {AppError} `bad_header`
 */
export function usableNames(written: readonly string[]): ColumnNames {
  const taken = new Set(written);
  const free = (name: string) => {
    let number = 0;
    let candidate = name;
    while (taken.has(candidate)) candidate = `${name}.${++number}`;
    taken.add(candidate);
    return candidate;
  };
  const warnings: DatasetWarning[] = [];
  const rename = (name: string, why: string) => {
    const column = free(name);
    warnings.push({ code: 'renamed', column, message: `${why}: it is called ${excerpt(column)}.` });
    return column;
  };
  const seen = new Set<string>();
  const names = written.map((name, i) => {
    if (name === '' && i === 0 && written.length > 1) {
      return rename(INDEX_NAME, 'Column 1 has no name in the file');
    }
    if (name === '' || !seen.has(name)) {
      seen.add(name);
      return name;
    }
    return rename(name, `Column ${i + 1} has the name ${excerpt(name)} again`);
  });
  checkNames(names);
  return { names, warnings };
}

/** Names of columns for which the file has none. */
export const namesWithoutHeader = (columns: number): ColumnNames => ({
  names: Array.from({ length: columns }, (_, i) => `column_${i + 1}`),
  warnings: [
    {
      code: 'no_header',
      message: 'The file has no header: its columns are called "column_1", "column_2" and so on.',
    },
  ],
});

/**
 * Whether a first line is data: it holds numbers, each in a column of numbers, and no text but those that stand again in
 * their columns.
 * @param below records behind the first
 */
export function isData(first: readonly string[], below: readonly (readonly string[])[]): boolean {
  const isNumber = (cell: string) => kindOf(cell) === NUMBER;
  const isNumeric = (i: number) =>
    below.every(({ [i]: cell = '' }) => isNumber(cell) || kindOf(cell) === MISSING);
  const recurs = (text: string, i: number) => below.some((record) => record[i] === text);
  return first.some(isNumber) && first.every((cell, i) => (isNumber(cell) ? isNumeric(i) : recurs(cell, i)));
}
