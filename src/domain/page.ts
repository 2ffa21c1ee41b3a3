import { validate } from 'uuid';
import { AppError } from '../errors.ts';

/** A page of a list, newest first. Ids are UUIDv7, so their order is the order of creation. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/** @throws {AppError} `invalid_request` when the cursor is not one of ours */
export function afterId(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!validate(id)) throw new AppError('invalid_request', 'cursor: not a cursor of this list');
  return id;
}

/** Makes a page of rows that were asked for with one more than the limit. */
export function toPage<Item extends { id: string }>(rows: readonly Item[], limit: number): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last ? Buffer.from(last.id, 'latin1').toString('base64url') : null,
  };
}
