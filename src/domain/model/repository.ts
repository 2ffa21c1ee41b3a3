import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { validate } from 'uuid';
import type { Schema } from '../../adapters/db/schema.ts';
import type { ObjectLeases } from '../../adapters/storage/leases.ts';
import { AppError } from '../../errors.ts';
import type { ArtifactRemover } from '../../vocabulary/models.ts';
import { type FilteredRequest, listOwned, type OwnedList } from '../owned-lists.ts';
import { findOwned, lockOwned, noSuch } from '../owned-rows.ts';
import type { Page } from '../pages.ts';
import { holdsOf } from './holds.ts';

/** `pg_notify` channel; the payload is the id of an artifact that is gone. */
export const GONE_CHANNEL = 'artifacts_gone';

export type Artifact = Selectable<Schema['artifacts']>;

/** @throws {AppError} `not_found`; `gone` when the retention removed it */
export async function getArtifact(db: Kysely<Schema>, owner: string, id: string): Promise<Artifact> {
  const artifact = await findOwned(db, 'artifacts', owner, id);
  if (!artifact) throw await whyMissing(db, owner, id);
  return artifact;
}

const SCORED_WITH = ['id', 'owner', 'mode', 'task', 'scoring_key'] as const;
/** An artifact as predicting needs it: without what is shown of it, which may be megabytes. */
export type ScoringArtifact = Pick<Artifact, (typeof SCORED_WITH)[number]>;

/** @throws {AppError} as `getArtifact` */
export async function getScoringArtifact(
  db: Kysely<Schema>,
  owner: string,
  id: string,
): Promise<ScoringArtifact> {
  const artifact = validate(id)
    ? await db
        .selectFrom('artifacts')
        .select(SCORED_WITH)
        .where('id', '=', id)
        .where('owner', '=', owner)
        .executeTakeFirst()
    : undefined;
  if (!artifact) throw await whyMissing(db, owner, id);
  return artifact;
}

/** Of an artifact that is not there, the error to answer with. Its run remembers it, as long as the run is kept. */
export async function whyMissing(
  db: Kysely<Schema>,
  owner: string,
  id: string,
  options?: ErrorOptions,
): Promise<AppError> {
  const run = validate(id)
    ? await db
        .selectFrom('training_runs')
        .select('artifact_removed_at')
        .where('removed_artifact_id', '=', id)
        .where('owner', '=', owner)
        .where('artifact_removed_by', '=', 'retention')
        .executeTakeFirst()
    : undefined;
  if (!run?.artifact_removed_at) return noSuch('artifacts', options);
  const when = run.artifact_removed_at.toISOString();
  return new AppError(
    'gone',
    `The retention removed this model on ${when}: of the models that no name holds only the newest are kept (MAX_MODEL_ARTIFACTS). One that is a version of a name stays.`,
    options,
  );
}

/** As `lockOwned`. @throws {AppError} `not_found`, `gone` */
export async function lockArtifact(trx: Transaction<Schema>, owner: string, id: string): Promise<Artifact> {
  const artifact = await lockOwned(trx, 'artifacts', owner, id);
  if (!artifact) throw await whyMissing(trx, owner, id);
  return artifact;
}

export const LISTED = [
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
  'tags',
  'note',
  'created_at',
] as const;
/** An artifact without its card, its metrics in short. */
export type ListedArtifact = Pick<Artifact, (typeof LISTED)[number]>;

type Filter = 'dataset_id' | 'target' | 'task' | 'mode';
const LIST: OwnedList<'artifacts', (typeof LISTED)[number], Filter> = {
  table: 'artifacts',
  columns: LISTED,
  sorts: { created_at: sql.ref('created_at'), size: sql.ref('size_bytes') },
  filters: ['dataset_id', 'target', 'task', 'mode'],
  texts: ['target', 'note'],
};

export const listArtifacts = (
  db: Kysely<Schema>,
  owner: string,
  request: FilteredRequest<Filter>,
): Promise<Page<ListedArtifact>> => listOwned(db, LIST, owner, request);

/**
 * Deletes the rows, of which none may be held, and marks their files for deletion, which go when the transaction has
 * committed; then all are told. Their runs say when they went and why.
 */
export async function dropArtifacts(
  trx: Transaction<Schema>,
  leases: ObjectLeases,
  ids: readonly string[],
  by: ArtifactRemover,
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
  await trx
    .updateTable('training_runs')
    .set((eb) => ({
      removed_artifact_id: eb.ref('artifact_id'),
      artifact_id: null,
      artifact_removed_at: new Date(),
      artifact_removed_by: by,
    }))
    .where('id', 'in', runs)
    .execute();
  const keys = dropped.flatMap((artifact) => [artifact.storage_key, artifact.scoring_key]);
  await leases.markForDeletion(trx, [...new Set(keys)], 'delete');
}

/** Of the owner's artifacts that no name holds, keeps the newest `keep`; 0 keeps all. */
export async function pruneArtifacts(
  trx: Transaction<Schema>,
  leases: ObjectLeases,
  owner: string,
  keep: number,
): Promise<void> {
  if (keep === 0) return;
  const surplus = await trx
    .selectFrom('artifacts')
    .select('id')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('artifacts as free')
        .select('free.id')
        .where('free.owner', '=', owner)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('model_versions')
                .select('model_versions.version')
                .whereRef('model_versions.artifact_id', '=', 'free.id'),
            ),
          ),
        )
        .orderBy('free.id', 'desc')
        .offset(keep),
    )
    .forUpdate()
    // Somebody is about to hold it, or to remove it.
    .skipLocked()
    .execute();
  const ids = surplus.map(({ id }) => id);
  // Asked again under the lock: a name may hold one since.
  const held = await holdsOf(trx, ids);
  await dropArtifacts(
    trx,
    leases,
    ids.filter((id) => !held.has(id)),
    'retention',
  );
}
