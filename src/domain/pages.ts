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

export const notOurCursor = (options?: ErrorOptions) =>
  new AppError('invalid_request', 'cursor: not a cursor of this list', options);

const encode = (key: string) => Buffer.from(key).toString('base64url');
const decode = (cursor: string) => Buffer.from(cursor, 'base64url').toString();

/** For lists whose keys are whole numbers. @throws {AppError} `invalid_request` */
export function afterNumber(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const key = decode(cursor);
  if (!/^[1-9]\d{0,14}$/.test(key)) throw notOurCursor();
  return Number(key);
}

/** Where a list that can be sorted in several ways goes on: after the row of this id, whose sort key that was. */
export interface Position {
  readonly key: string;
  readonly id: string;
}

/** @param sort the order of the list, with which the cursor is bound up */
export const cursorAt = (sort: string, { key, id }: Position): string =>
  encode(JSON.stringify([sort, key, id]));

/** @throws {AppError} `invalid_request` when the cursor is none of this list, or of this list in another order */
export function positionOf(cursor: string | undefined, sort: string): Position | undefined {
  if (cursor === undefined) return undefined;
  const [made, key, id] = partsOf(cursor);
  if (typeof made !== 'string' || typeof key !== 'string' || typeof id !== 'string') throw notOurCursor();
  if (made !== sort)
    throw new AppError('invalid_request', `cursor: of a list that is sorted by something else than ${sort}`);
  return { key, id };
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(decode(cursor));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** Makes a page of rows that were asked for with one more than the limit. */
export function toPage<Item>(
  rows: readonly Item[],
  limit: number,
  keyOf: (item: Item) => string | number,
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encode(String(keyOf(last))) : null };
}
