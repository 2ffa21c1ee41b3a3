import type { Kysely, Selectable, Transaction } from 'kysely';
import { validate } from 'uuid';
import type { Schema } from '../adapters/db/schema.ts';
import { AppError } from '../errors.ts';

/** What the tables of things that clients own have in common: an id, an owner, and how they are found. */
const OWNED = {
  datasets: 'dataset',
  training_runs: 'training run',
  artifacts: 'artifact',
  models: 'model',
} as const;
export type OwnedTable = keyof typeof OWNED;

/** Says nothing of what others own. */
export const noSuch = (table: OwnedTable, options?: ErrorOptions) =>
  new AppError('not_found', `There is no such ${OWNED[table]}.`, options);

/** One row of the owner's; undefined also for what is no id at all. */
export async function findOwned<Table extends OwnedTable>(
  db: Kysely<Schema>,
  table: Table,
  owner: string,
  id: string,
  isToBeLocked = false,
): Promise<Selectable<Schema[Table]> | undefined> {
  if (!validate(id)) return undefined;
  const row = await db
    .selectFrom(table as OwnedTable)
    .selectAll()
    .where('id', '=', id)
    .where('owner', '=', owner)
    .$if(isToBeLocked, (query) => query.forUpdate())
    .executeTakeFirst();
  return row as Selectable<Schema[Table]> | undefined;
}

/**
 * As `findOwned`, and locks the row until the transaction ends: whoever wants to use it or to remove it comes after, and
 * finds what became of it.
 */
export const lockOwned = <Table extends OwnedTable>(
  trx: Transaction<Schema>,
  table: Table,
  owner: string,
  id: string,
): Promise<Selectable<Schema[Table]> | undefined> => findOwned(trx, table, owner, id, true);

/** @throws {AppError} `not_found` */
export async function getOwned<Table extends OwnedTable>(
  db: Kysely<Schema>,
  table: Table,
  owner: string,
  id: string,
): Promise<Selectable<Schema[Table]>> {
  const row = await findOwned(db, table, owner, id);
  if (!row) throw noSuch(table);
  return row;
}
