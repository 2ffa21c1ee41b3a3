import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { ObjectLeases } from '../../adapters/storage/leases.ts';
import { getOwned, listOwned, type Page, type PageRequest } from '../owned-rows.ts';

/** `pg_notify` channel; the payload is the id of an artifact that is gone. */
export const GONE_CHANNEL = 'artifacts_gone';

export type Artifact = Selectable<Schema['artifacts']>;

/** @throws {AppError} `not_found` */
export const getArtifact = (db: Kysely<Schema>, owner: string, id: string): Promise<Artifact> =>
  getOwned(db, 'artifacts', owner, id);

const LISTED = [
  'id',
  'run_id',
  'dataset_id',
  'mode',
  'task',
  'target',
  'format',
  'size_bytes',
  'sha256',
  'inputs',
  'metrics_summary',
  'created_at',
] as const;
/** An artifact without its card, its metrics in short. */
export type ListedArtifact = Pick<Artifact, (typeof LISTED)[number]>;

export const listArtifacts = (
  db: Kysely<Schema>,
  owner: string,
  page: PageRequest,
): Promise<Page<ListedArtifact>> => listOwned(db, 'artifacts', LISTED, owner, page);

/** Deletes the rows and marks their files for deletion, which go when the transaction has committed; then all are told. */
export async function dropArtifacts(
  trx: Kysely<Schema>,
  leases: ObjectLeases,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const dropped = await trx
    .deleteFrom('artifacts')
    .where('id', 'in', ids)
    .returning([
      'run_id',
      'storage_key',
      'scoring_key',
      sql`pg_notify(${GONE_CHANNEL}, id::text)`.as('announced'),
    ])
    .execute();
  if (dropped.length === 0) return;
  const runs = dropped.map((artifact) => artifact.run_id);
  await trx.updateTable('training_runs').set({ artifact_id: null }).where('id', 'in', runs).execute();
  const keys = dropped.flatMap((artifact) => [artifact.storage_key, artifact.scoring_key]);
  await leases.markForDeletion(trx, [...new Set(keys)], 'delete');
}

/** Keeps the owner's newest `keep` artifacts; 0 keeps all. */
export async function pruneArtifacts(
  trx: Kysely<Schema>,
  leases: ObjectLeases,
  owner: string,
  keep: number,
): Promise<void> {
  if (keep === 0) return;
  const surplus = await trx
    .selectFrom('artifacts')
    .select('id')
    .where('owner', '=', owner)
    .orderBy('id', 'desc')
    .offset(keep)
    .execute();
  await dropArtifacts(
    trx,
    leases,
    surplus.map((artifact) => artifact.id),
  );
}
