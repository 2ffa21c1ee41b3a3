import { AppError } from '../errors.ts';

/** A page of a list, newest first. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/**
 * The key of the last row of the page before; undefined on the first page.
 * @throws {AppError} `invalid_request` when the cursor is not one of this list
 */
export function afterKey(cursor: string | undefined, isKey: (key: string) => boolean): string | undefined {
  if (cursor === undefined) return undefined;
  const key = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!isKey(key)) throw new AppError('invalid_request', 'cursor: not a cursor of this list');
  return key;
}

/** For lists whose keys are whole numbers. @throws {AppError} `invalid_request` */
export function afterNumber(cursor: string | undefined): number | undefined {
  const key = afterKey(cursor, (text) => /^[1-9]\d{0,14}$/.test(text));
  return key === undefined ? undefined : Number(key);
}

/** Makes a page of rows that were asked for with one more than the limit. */
export function toPage<Item>(
  rows: readonly Item[],
  limit: number,
  keyOf: (item: Item) => string | number,
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor:
      rows.length > limit && last ? Buffer.from(String(keyOf(last)), 'latin1').toString('base64url') : null,
  };
}
