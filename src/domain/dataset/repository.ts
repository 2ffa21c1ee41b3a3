import type { Kysely, Selectable, Transaction } from 'kysely';
import { validate } from 'uuid';
import type { Schema } from '../../adapters/db/schema.ts';
import { AppError } from '../../errors.ts';
import { afterId, type Page, type PageRequest, toPage } from '../page.ts';

export type Dataset = Selectable<Schema['datasets']>;

const OPEN = ['queued', 'running'] as const;

/** @throws {AppError} `not_found` */
export async function getDataset(db: Kysely<Schema>, owner: string, id: string): Promise<Dataset> {
  const dataset = validate(id)
    ? await db
        .selectFrom('datasets')
        .selectAll()
        .where('id', '=', id)
        .where('owner', '=', owner)
        .executeTakeFirst()
    : undefined;
  if (!dataset) throw new AppError('not_found', 'There is no such dataset.');
  return dataset;
}

/**
 * Locks the row until the transaction ends: whoever wants to use or to remove the dataset comes after.
 * @throws {AppError} `not_found`
 */
export async function lockDataset(trx: Transaction<Schema>, owner: string, id: string): Promise<Dataset> {
  if (validate(id)) {
    await trx
      .selectFrom('datasets')
      .select('id')
      .where('id', '=', id)
      .where('owner', '=', owner)
      .forUpdate()
      .execute();
  }
  return getDataset(trx, owner, id);
}

export async function listDatasets(
  db: Kysely<Schema>,
  owner: string,
  page: PageRequest,
): Promise<Page<Dataset>> {
  const after = afterId(page.cursor);
  const rows = await db
    .selectFrom('datasets')
    .selectAll()
    .where('owner', '=', owner)
    .$if(after !== undefined, (query) => query.where('id', '<', after as string))
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return toPage(rows, page.limit);
}

/** Of these datasets, those that a queued or running run uses. */
export async function datasetsInUse(trx: Transaction<Schema>, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await trx
    .selectFrom('training_runs')
    .select('dataset_id')
    .where('status', 'in', OPEN)
    .where('dataset_id', 'in', ids)
    .execute();
  return new Set(rows.map((row) => row.dataset_id));
}
