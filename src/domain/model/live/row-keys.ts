import { isMissing } from '#tabular';
import { AppError } from '../../../errors.ts';
import { isKey, KEY_RULE } from '../../../vocabulary/prediction-keys.ts';
import { excerpt } from '../../table/excerpt.ts';

/** A cell as a key; undefined: it is none. */
export function keyOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  return isKey(text) && !isMissing(text) ? text : undefined;
}

/** @param place of the row, as the sentence begins */
export const noKey = (place: string, column: string): AppError =>
  new AppError('unusable_data', `${place}, column ${excerpt(column)}: ${KEY_RULE} is needed.`);

export const noKeyColumn = (column: string): AppError =>
  new AppError('unusable_data', `There is no column ${excerpt(column)} to take the keys from.`);

export const keyTwice = (key: string): AppError =>
  new AppError('unusable_data', `Two rows have the key ${excerpt(key)}: each needs one of its own.`);

/** The keys that a column of rows holds. @throws {AppError} `unusable_data` */
export function keysOfRows(rows: readonly Record<string, unknown>[], column: string): string[] {
  if (!rows.some((row) => Object.hasOwn(row, column))) throw noKeyColumn(column);
  const seen = new Set<string>();
  return rows.map((row, i) => {
    const key = Object.hasOwn(row, column) ? keyOf(row[column]) : undefined;
    if (key === undefined) throw noKey(`Row ${i}`, column);
    if (seen.has(key)) throw keyTwice(key);
    seen.add(key);
    return key;
  });
}
