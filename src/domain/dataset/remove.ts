import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { ObjectLeases } from '../../adapters/storage/leases.ts';
import { AppError } from '../../errors.ts';
import { datasetsInUse, lockDataset } from './repository.ts';

/** @throws {AppError} `not_found`; `conflict` while a run uses the dataset */
export type RemoveDataset = (owner: string, id: string) => Promise<void>;

export function createRemoveDataset(deps: { db: Kysely<Schema>; leases: ObjectLeases }): RemoveDataset {
  return async (owner, id) => {
    await deps.db.transaction().execute(async (trx) => {
      const dataset = await lockDataset(trx, owner, id);
      if ((await datasetsInUse(trx, [id])).size > 0)
        throw new AppError('conflict', 'A training run uses this dataset: wait for it to end, or cancel it.');
      await trx.deleteFrom('datasets').where('id', '=', id).execute();
      await deps.leases.markForDeletion(trx, [dataset.storage_key], 'delete');
    });
    await deps.leases.reclaim(new Date(), 'delete');
  };
}
