import type { Kysely } from 'kysely';
import type { Database } from '../../../adapters/db/database.ts';
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

const VERSION = `
  select held.version, held.artifact_id as "artifactId"
  from models join model_versions held on held.model_id = models.id
  where models.owner = $1 and models.name = $2 and held.version = $3`;
const ALIAS = `
  select held.version, held.artifact_id as "artifactId"
  from models
  join model_aliases called on called.model_id = models.id
  join model_versions held on held.model_id = called.model_id and held.version = called.version
  where models.owner = $1 and models.name = $2 and called.alias = $3`;

const isMissing = (error: unknown) =>
  error instanceof AppError && (error.code === 'not_found' || error.code === 'gone');

export function createWithModel(db: Kysely<Schema>, prepare: Database['prepare']): WithModel {
  const byVersion = prepare<Resolved>('model by version', VERSION, 'work');
  const byAlias = prepare<Resolved>('model by alias', ALIAS, 'work');
  const resolve = async ([owner, { name, at }]: readonly [owner: string, ModelAddress]) => {
    const [resolved] = await ('version' in at
      ? byVersion(owner, name, at.version)
      : byAlias(owner, name, at.alias));
    if (resolved) return resolved;
    await getModel(db, owner, name);
    throw 'version' in at ? noSuchVersion(at.version) : noSuchAlias(at.alias);
  };
  const read = sharedRead(resolve, JSON.stringify);
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
