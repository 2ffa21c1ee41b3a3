import { type Kysely, sql, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema } from '../../../adapters/db/schema.ts';
import { AppError } from '../../../errors.ts';
import { getOwned } from '../../owned-rows.ts';
import { lockArtifact, whyMissing } from '../repository.ts';
import type { ChangeName } from './change.ts';
import { findModel, type Model } from './model.ts';
import { getVersion, type ModelVersion } from './repository.ts';
import { MAX_MODELS, MAX_VERSIONS } from './rules.ts';

/** Where the model to register is: itself, or the run that made it. */
export type Source = { readonly artifactId: string } | { readonly runId: string };

export interface Registered {
  readonly version: ModelVersion;
  /** False: the name had the artifact already, as this version. */
  readonly isNew: boolean;
}

/**
 * Makes an artifact the next version of a name, which begins with its first one. What is a version of the name already
 * stays the version that it is, so a request that is sent again does no harm.
 *
 * @throws {AppError} `not_found` or `gone` (artifact, run); `conflict` when the run has no model, or there are too many
 *   versions or names
 */
export type RegisterVersion = (owner: string, name: string, source: Source) => Promise<Registered>;

async function artifactOf(db: Kysely<Schema>, owner: string, source: Source): Promise<string> {
  if ('artifactId' in source) return source.artifactId;
  const run = await getOwned(db, 'training_runs', owner, source.runId);
  if (run.artifact_id !== null) return run.artifact_id;
  if (run.removed_artifact_id !== null) throw await whyMissing(db, owner, run.removed_artifact_id);
  throw new AppError('conflict', `The run has no model (${run.status}).`);
}

async function findOrCreateModel(trx: Transaction<Schema>, owner: string, name: string): Promise<Model> {
  const found = await findModel(trx, owner, name);
  if (found) return found;
  // New names of one owner one after the other, or two at once would both be the last that is allowed.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`models of ${owner}`}, 0))`.execute(trx);
  const { models } = await trx
    .selectFrom('models')
    .select(({ fn }) => fn.countAll<number>().as('models'))
    .where('owner', '=', owner)
    .executeTakeFirstOrThrow();
  if (models >= MAX_MODELS)
    throw new AppError('conflict', `There are ${MAX_MODELS} names, the most there may be: remove one first.`);
  return trx
    .insertInto('models')
    .values({ id: uuidv7(), owner, name, created_at: new Date() })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function createRegisterVersion(deps: { db: Kysely<Schema>; changeName: ChangeName }): RegisterVersion {
  return async (owner, name, source) => {
    const artifactId = await artifactOf(deps.db, owner, source);
    return deps.changeName(owner, name, async ({ trx, lastVersion, note }) => {
      const version = lastVersion + 1;
      const { id } = await lockArtifact(trx, owner, artifactId);
      const model = await findOrCreateModel(trx, owner, name);
      const versions = await trx
        .selectFrom('model_versions')
        .select(['version', 'artifact_id'])
        .where('model_id', '=', model.id)
        .execute();
      const same = versions.find(({ artifact_id }) => artifact_id === id);
      if (same) return { version: await getVersion(trx, model, same.version), isNew: false };
      if (versions.length >= MAX_VERSIONS)
        throw new AppError(
          'conflict',
          `The model has ${MAX_VERSIONS} versions, the most there may be: remove one first.`,
        );
      await trx
        .updateTable('model_names')
        .set({ last_version: version })
        .where('owner', '=', owner)
        .where('name', '=', name)
        .execute();
      await trx
        .insertInto('model_versions')
        .values({ model_id: model.id, version, artifact_id: id, created_at: new Date() })
        .execute();
      await note({ change: 'version_registered', to: version, artifactId: id });
      return { version: await getVersion(trx, model, version), isNew: true };
    });
  };
}
