import type { Span } from '@opentelemetry/api';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { ObjectLeases } from '../../adapters/storage/leases.ts';
import type { TtlInstruments } from '../../telemetry/instruments/ttl.ts';
import { describeSpan, failSpan, inSpan } from '../../telemetry/span.ts';
import { datasetsInUse } from '../dataset/repository.ts';
import { cutoff, type TtlPolicy } from './policy.ts';

export interface ExpiryResult {
  /** Datasets created before it had expired; null: datasets never expire. */
  readonly cutoff: Date | null;
  readonly limit: number;
  readonly deleted: number;
  readonly filesRemoved: number;
  readonly filesMissing: number;
  /** Could not be removed; the next clean-up tries again. */
  readonly filesFailed: number;
}

/**
 * Removes at most `limit` expired datasets, oldest first, but none that a run uses. Safe to interrupt and to repeat. A file that
 * can't be removed holds up nothing else: the clean-up is counted as a failure, and says how many there were.
 */
export type RemoveExpired = (limit: number) => Promise<ExpiryResult>;

interface ExpiryDeps {
  readonly db: Kysely<Schema>;
  readonly leases: ObjectLeases;
  readonly policy: TtlPolicy;
  readonly metrics: TtlInstruments;
}

/** Rows go first, their objects are marked for deletion with them: a crash in between leaves the rest to the next clean-up. */
async function deleteExpired({ db, leases }: ExpiryDeps, before: Date, limit: number): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const expired = await trx
      .selectFrom('datasets')
      .select(['id', 'storage_key'])
      .where('created_at', '<', before)
      // One look into an index for each: joined, all open runs would be read.
      .where(({ and, eb, selectFrom }) =>
        and(
          (['dataset_id', 'validation_dataset_id'] as const).map((used) =>
            eb(
              selectFrom('training_runs')
                .select('training_runs.id')
                .whereRef(`training_runs.${used}`, '=', 'datasets.id')
                .where('training_runs.status', 'in', ['queued', 'running'])
                .limit(1),
              'is',
              null,
            ),
          ),
        ),
      )
      .orderBy('created_at')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute();
    // Asked again under the lock: a run may have been requested since.
    const used = await datasetsInUse(
      trx,
      expired.map((dataset) => dataset.id),
    );
    const free = expired.filter((dataset) => !used.has(dataset.id));
    if (free.length === 0) return 0;
    await trx
      .deleteFrom('datasets')
      .where(
        'id',
        'in',
        free.map((dataset) => dataset.id),
      )
      .execute();
    await leases.markForDeletion(
      trx,
      free.map((dataset) => dataset.storage_key),
      'ttl',
    );
    return free.length;
  });
}

export function createRemoveExpired(deps: ExpiryDeps): RemoveExpired {
  const remove = async (limit: number, span: Span): Promise<ExpiryResult> => {
    const now = new Date();
    const before = cutoff(deps.policy, now);
    if (!before) return { cutoff: null, limit, deleted: 0, filesRemoved: 0, filesMissing: 0, filesFailed: 0 };

    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    try {
      const deleted = await deleteExpired(deps, before, limit);
      deps.metrics.datasetsRemoved(deleted);
      const files = await deps.leases.reclaim(now, 'ttl');
      if (files.failed === 0) await deps.db.updateTable('ttl_state').set({ last_success_at: now }).execute();
      const done = deleted + files.removed + files.missing > 0 ? 'success' : 'empty';
      deps.metrics.cycle({ result: files.failed > 0 ? 'failure' : done, seconds: seconds() });
      if (files.failed > 0) failSpan(span, 'storage');
      describeSpan({
        'mlops.datasets.removed': deleted,
        'mlops.files.removed': files.removed,
        'mlops.files.missing': files.missing,
        'mlops.files.failed': files.failed,
      });
      return {
        cutoff: before,
        limit,
        deleted,
        filesRemoved: files.removed,
        filesMissing: files.missing,
        filesFailed: files.failed,
      };
    } catch (error) {
      deps.metrics.cycle({ result: 'failure', seconds: seconds() });
      throw error;
    }
  };
  return (limit) => inSpan('remove expired datasets', {}, (span) => remove(limit, span));
}
