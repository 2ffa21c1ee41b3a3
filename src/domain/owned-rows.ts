import { type Kysely, type Selectable, sql } from 'kysely';
import { validate } from 'uuid';
import type { Schema } from '../adapters/db/schema.ts';
import { AppError } from '../errors.ts';

/** What the tables of things that clients own have in common: an id, an owner, and how they are found. */
const OWNED = { datasets: 'dataset', training_runs: 'training run', artifacts: 'artifact' } as const;
type OwnedTable = keyof typeof OWNED;

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
function afterId(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!validate(id)) throw new AppError('invalid_request', 'cursor: not a cursor of this list');
  return id;
}

/** Makes a page of rows that were asked for with one more than the limit. */
function toPage<Item extends { id: string }>(rows: readonly Item[], limit: number): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last ? Buffer.from(last.id, 'latin1').toString('base64url') : null,
  };
}

/** One row of the owner's. @throws {AppError} `not_found`, also for what is no id at all */
export async function getOwned<Table extends OwnedTable>(
  db: Kysely<Schema>,
  table: Table,
  owner: string,
  id: string,
): Promise<Selectable<Schema[Table]>> {
  const row = validate(id)
    ? await db
        .selectFrom(table as OwnedTable)
        .selectAll()
        .where('id', '=', id)
        .where('owner', '=', owner)
        .executeTakeFirst()
    : undefined;
  if (!row) throw new AppError('not_found', `There is no such ${OWNED[table]}.`);
  return row as Selectable<Schema[Table]>;
}

/**
 * These columns of the owner's rows, newest first. Whole documents have no place in a list.
 * @throws {AppError} `invalid_request` when the cursor is not one of ours
 */
export async function listOwned<
  Table extends OwnedTable,
  Column extends keyof Selectable<Schema[Table]> & string,
>(
  db: Kysely<Schema>,
  table: Table,
  columns: readonly ('id' | Column)[],
  owner: string,
  page: PageRequest,
): Promise<Page<Pick<Selectable<Schema[Table]>, Column> & { id: string }>> {
  const after = afterId(page.cursor);
  const rows = await db
    .selectFrom(table as OwnedTable)
    .select(columns as readonly 'id'[])
    .where('owner', '>=', owner)
    .where(
      after === undefined
        ? sql<boolean>`owner <= ${owner}`
        : sql<boolean>`(owner, id) < (${owner}, ${after}::uuid)`,
    )
    // By the owner, one as it is, so that no index will do that would be read past all that others have made since.
    .orderBy('owner', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return toPage(rows as (Pick<Selectable<Schema[Table]>, Column> & { id: string })[], page.limit);
}
