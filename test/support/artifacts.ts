import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema } from '../../src/adapters/db/schema.ts';
import { insertRun } from './runs.ts';

/** Writes a model with the run that made it, as far as the database goes. */
export async function insertArtifact(db: Kysely<Schema>, owner = 'local'): Promise<string> {
  const id = uuidv7();
  const run = await insertRun(db, { owner, status: 'succeeded', artifact_id: id, finished_at: new Date() });
  await db
    .insertInto('artifacts')
    .values({
      id,
      owner,
      run_id: run,
      dataset_id: uuidv7(),
      mode: 'light',
      task: 'classification',
      target: 'target',
      format: 'onnx',
      size_bytes: 1,
      sha256: '',
      storage_key: `artifacts/${id}.onnx`,
      scoring_key: `artifacts/${id}.scoring.json`,
      card: '{}',
      metrics: '{}',
      metrics_summary: '{}',
      inputs: '[]',
      created_at: new Date(),
    })
    .execute();
  return id;
}
