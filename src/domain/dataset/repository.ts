import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import { AppError } from '../../errors.ts';
import type { FileType } from '../../vocabulary/tables.ts';
import { type FilteredRequest, listOwned, type OwnedList } from '../owned-lists.ts';
import { getOwned, lockOwned, noSuch } from '../owned-rows.ts';
import type { Page } from '../pages.ts';

export type Dataset = Selectable<Schema['datasets']>;

export const fileTypeOf = ({ format, compression, profile }: Dataset): FileType => ({
  format,
  compression,
  encoding: profile.encoding,
  // Parquet says itself what its columns are.
  ...(profile.options && format !== 'parquet' && { layout: profile.options }),
});

const OPEN = ['queued', 'running'] as const;

/** @throws {AppError} `not_found` */
export const getDataset = (db: Kysely<Schema>, owner: string, id: string): Promise<Dataset> =>
  getOwned(db, 'datasets', owner, id);

/**
 * As `lockOwned`.
 * @param missing what is said where there is none
 * @throws {AppError} `not_found`
 */
export async function lockDataset(
  trx: Transaction<Schema>,
  owner: string,
  id: string,
  missing?: string,
): Promise<Dataset> {
  const dataset = await lockOwned(trx, 'datasets', owner, id);
  if (!dataset) throw missing === undefined ? noSuch('datasets') : new AppError('not_found', missing);
  return dataset;
}

const LISTED = [
  'id',
  'name',
  'mode',
  'version',
  'format',
  'rows',
  'columns',
  'size_bytes',
  'sha256',
  'warnings',
  'tags',
  'note',
  'created_at',
] as const;
/** A dataset without its profile. */
export type ListedDataset = Pick<Dataset, (typeof LISTED)[number]>;

type Filter = 'mode' | 'format';
const LIST: OwnedList<'datasets', (typeof LISTED)[number], Filter> = {
  table: 'datasets',
  columns: LISTED,
  sorts: {
    created_at: sql.ref('created_at'),
    name: sql.ref('name'),
    size: sql.ref('size_bytes'),
    rows: sql.ref('rows'),
  },
  filters: ['format', 'mode'],
  texts: ['name', 'note'],
};

export const listDatasets = (
  db: Kysely<Schema>,
  owner: string,
  request: FilteredRequest<Filter>,
): Promise<Page<ListedDataset>> => listOwned(db, LIST, owner, request);

/** Of these datasets, those that a queued or running run trains on or is measured on. */
export async function datasetsInUse(trx: Transaction<Schema>, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await trx
    .selectFrom('training_runs')
    .select('dataset_id as id')
    .where('status', 'in', OPEN)
    .where('dataset_id', 'in', ids)
    .unionAll(
      trx
        .selectFrom('training_runs')
        .select('validation_dataset_id as id')
        .where('status', 'in', OPEN)
        .where('validation_dataset_id', 'in', ids)
        .$narrowType<{ id: string }>(),
    )
    .execute();
  return new Set(rows.map(({ id }) => id));
}
