import { type Insertable, type Kysely, sql } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { ObjectLease } from '../../adapters/storage/leases.ts';
import type { Dataset } from './repository.ts';

/**
 * Gives the name its next version, writes the row and settles the object's lease, all or nothing. One statement: who
 * uploads by the same name waits for the name until it has committed, and so as short as can be.
 * @param lease of the object alone
 */
export async function storeDataset(
  db: Kysely<Schema>,
  lease: ObjectLease,
  dataset: Omit<Insertable<Schema['datasets']>, 'version'>,
): Promise<Dataset> {
  const { owner, name } = dataset;
  const stored = await db
    .with('settled', lease.settling)
    // A lease that ran out gives no version, and without one there is no row.
    .with('named', (query) =>
      query
        .insertInto('dataset_names')
        .columns(['owner', 'name', 'last_version'])
        .expression(({ selectFrom, val, lit }) =>
          selectFrom('settled').select([val(owner).as('owner'), val(name).as('name'), lit(1).as('first')]),
        )
        .onConflict((oc) =>
          oc.columns(['owner', 'name']).doUpdateSet({ last_version: sql`dataset_names.last_version + 1` }),
        )
        .returning('last_version'),
    )
    .insertInto('datasets')
    .values(({ selectFrom }) => ({ ...dataset, version: selectFrom('named').select('last_version') }))
    .returningAll()
    .executeTakeFirstOrThrow();
  lease.keep();
  return stored;
}
