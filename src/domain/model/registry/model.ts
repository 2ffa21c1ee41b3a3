import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import { noSuch } from '../../owned-rows.ts';

/** A name that has, or had, versions. */
export type Model = Selectable<Schema['models']>;

export const findModel = (db: Kysely<Schema>, owner: string, name: string): Promise<Model | undefined> =>
  db.selectFrom('models').selectAll().where('owner', '=', owner).where('name', '=', name).executeTakeFirst();

/** @throws {AppError} `not_found` */
export async function getModel(db: Kysely<Schema>, owner: string, name: string): Promise<Model> {
  const model = await findModel(db, owner, name);
  if (!model) throw noSuch('models');
  return model;
}

/** Version by alias, in the order of the aliases. */
export async function aliasesOf(db: Kysely<Schema>, { id }: Model): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('model_aliases')
    .select(['alias', 'version'])
    .where('model_id', '=', id)
    .orderBy('alias')
    .execute();
  return new Map(rows.map(({ alias, version }) => [alias, version]));
}
