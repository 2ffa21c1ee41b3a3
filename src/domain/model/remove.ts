import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { ObjectLeases } from '../../adapters/storage/leases.ts';
import { dropArtifacts, getArtifact } from './repository.ts';

/** @throws {AppError} `not_found` */
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
      await getArtifact(trx, owner, id);
      await dropArtifacts(trx, leases, [id]);
    });
    forget(id);
    await leases.reclaim(new Date(), 'delete');
  };
}
