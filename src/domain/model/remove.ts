import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { ObjectLeases } from '../../adapters/storage/leases.ts';
import { AppError } from '../../errors.ts';
import { holdsOf } from './holds.ts';
import { dropArtifacts, lockArtifact } from './repository.ts';

/** @throws {AppError} `not_found`, `gone`; `conflict` while a version of a name holds it */
export type RemoveArtifact = (owner: string, id: string) => Promise<void>;

interface RemoveArtifactDeps {
  readonly db: Kysely<Schema>;
  readonly leases: ObjectLeases;
  /** Called when it is gone, before it is said to be. */
  readonly forget: (artifactId: string) => void;
}

export function createRemoveArtifact({ db, leases, forget }: RemoveArtifactDeps): RemoveArtifact {
  return async (owner, id) => {
    await db.transaction().execute(async (trx) => {
      await lockArtifact(trx, owner, id);
      const holds = (await holdsOf(trx, [id])).get(id);
      if (holds) {
        const versions = holds.map(({ name, version }) => `version ${version} of "${name}"`).slice(0, 5);
        throw new AppError('conflict', `The model is ${versions.join(', ')}: remove the version first.`);
      }
      await dropArtifacts(trx, leases, [id], 'request');
    });
    forget(id);
    await leases.reclaim(new Date(), 'delete');
  };
}
