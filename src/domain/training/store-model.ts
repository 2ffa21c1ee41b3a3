import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema } from '../../adapters/db/schema.ts';
import type { ObjectLeases } from '../../adapters/storage/leases.ts';
import type { Storage } from '../../adapters/storage/storage.ts';
import { describeSpan } from '../../telemetry/span.ts';
import type { Stage } from '../../telemetry/stages.ts';
import { pruneArtifacts } from '../model/repository.ts';
import { updateAttempt } from './attempts.ts';
import { summaryOf } from './metrics-summary.ts';
import type { TrainingRun } from './repository.ts';
import type { TrainedModel } from './trainer.ts';

interface StoreDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  readonly leases: ObjectLeases;
  /** Newest artifacts kept per owner; 0: all. */
  readonly keep: number;
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

/**
 * Stores the model and ends the run in success, both or neither; older artifacts beyond the limit are marked for deletion.
 * @param stages of the attempt so far
 * False: the run is not this attempt's any more, and nothing was kept.
 */
export async function storeModel(
  deps: StoreDeps,
  run: TrainingRun,
  output: TrainedModel,
  stages: readonly Stage[],
): Promise<boolean> {
  const began = Date.now();
  const id = uuidv7();
  describeSpan({ 'mlops.artifact.id': id });
  const storage_key = `artifacts/${id}.${output.artifactFormat}`;
  const scoring_key = `artifacts/${id}.scoring.json`;
  await using lease = await deps.leases.hold(storage_key, scoring_key);
  await deps.storage.write(storage_key, once(output.artifact));
  await deps.storage.write(scoring_key, once(output.scoring));

  const metrics = JSON.stringify(output.metrics);
  const metrics_summary = JSON.stringify(summaryOf(output.metrics));
  const isStored = await deps.db.transaction().execute(async (trx) => {
    const stored = { id: -1, name: 'store model', startedAt: began, endedAt: Date.now() };
    const ended = await updateAttempt(
      trx,
      run,
      {
        status: 'succeeded',
        progress: 1,
        progress_details: null,
        finished_at: new Date(),
        metrics,
        metrics_summary,
        warnings: JSON.stringify(output.warnings),
        artifact_id: id,
        error: null,
        error_type: null,
      },
      { outcome: 'success', stages: [...stages, stored] },
    );
    if (!ended) return false;
    await trx
      .insertInto('artifacts')
      .values({
        id,
        owner: run.owner,
        run_id: run.id,
        dataset_id: run.dataset_id,
        mode: run.mode,
        task: run.task,
        target: run.target,
        format: output.artifactFormat,
        size_bytes: output.artifact.byteLength,
        sha256: createHash('sha256').update(output.artifact).digest('hex'),
        storage_key,
        scoring_key,
        card: JSON.stringify(output.card),
        metrics,
        metrics_summary,
        evaluation: JSON.stringify(output.evaluation),
        inputs: JSON.stringify(output.card.columns),
        created_at: new Date(),
      })
      .execute();
    await pruneArtifacts(trx, deps.leases, run.owner, deps.keep);
    await lease.settle(trx);
    return true;
  });
  if (isStored) lease.keep();
  return isStored;
}
