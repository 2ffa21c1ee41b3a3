import type { Kysely } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import { AppError } from '../../../errors.ts';
import { noSuchAlias } from './alias.ts';
import { getModel } from './model.ts';
import { noSuchVersion } from './repository.ts';
import { sharedRead } from './shared-read.ts';

/** How a client names a model: by what stands for it now, or by its number. */
export interface ModelAddress {
  readonly name: string;
  readonly at: { readonly alias: string } | { readonly version: number };
}

export interface Resolved {
  readonly version: number;
  readonly artifactId: string;
}

/**
 * Does something with the artifact that an address stands for. The database is asked each time: so a promotion holds
 * for every process from the moment it is made, and nobody needs to be told.
 *
 * @throws {AppError} `not_found`, and whatever the work throws
 */
export type WithModel = <T>(
  owner: string,
  address: ModelAddress,
  work: (resolved: Resolved) => Promise<T>,
) => Promise<T>;

async function resolve(db: Kysely<Schema>, owner: string, { name, at }: ModelAddress): Promise<Resolved> {
  const versions = db
    .selectFrom('models')
    .innerJoin('model_versions as held', 'held.model_id', 'models.id')
    .select(['held.version', 'held.artifact_id as artifactId'])
    .where('models.owner', '=', owner)
    .where('models.name', '=', name);
  const resolved = await ('version' in at
    ? versions.where('held.version', '=', at.version)
    : versions.innerJoin('model_aliases as called', (join) =>
        join
          .onRef('called.model_id', '=', 'held.model_id')
          .onRef('called.version', '=', 'held.version')
          .on('called.alias', '=', at.alias),
      )
  ).executeTakeFirst();
  if (resolved) return resolved;
  await getModel(db, owner, name);
  throw 'version' in at ? noSuchVersion(at.version) : noSuchAlias(at.alias);
}

const isMissing = (error: unknown) =>
  error instanceof AppError && (error.code === 'not_found' || error.code === 'gone');

export function createWithModel(db: Kysely<Schema>): WithModel {
  const read = sharedRead(
    ([owner, address]: readonly [owner: string, ModelAddress]) => resolve(db, owner, address),
    JSON.stringify,
  );
  return async (owner, address, work) => {
    const find = () => read([owner, address]);
    const found = await find();
    try {
      return await work(found);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Between the two the alias was moved, and what it had stood for removed.
      const now = await find();
      if (now.artifactId === found.artifactId) throw error;
      return work(now);
    }
  };
}
