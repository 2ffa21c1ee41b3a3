import { AppError } from '../../errors.ts';
import { kindOf, NUMBER } from './cell.ts';
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

/**
 * A first line of numbers only is data: taking it for names would lose a row and name columns `5.1`.
 * @throws {AppError} `bad_header`
 */
export function checkIsHeader(names: readonly string[]): void {
  if (names.every((name) => kindOf(name) === NUMBER))
    throw new AppError(
      'bad_header',
      'The first line holds only numbers: it must hold the names of the columns.',
    );
}
