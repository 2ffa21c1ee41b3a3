import { json } from 'node:stream/consumers';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import { ObjectNotFound, type Storage } from '../../adapters/storage/storage.ts';
import { AppError } from '../../errors.ts';
import type { PredictionInstruments } from '../../telemetry/instruments/predictions.ts';
import { type InputCounter, inputCounter } from './drift/counter.ts';
import type { DriftMonitor } from './drift/monitor.ts';
import { getArtifact } from './repository.ts';
import { loadModel, type ModelDocument, type RowPredictions, type Scorer } from './scoring/index.ts';

/** Loaded models kept in memory, the least recently used leave first. */
const CACHED_MODELS = 32;

/**
 * @throws {AppError} `not_found`; `unusable_data` naming the columns that are missing or unusable
 */
export type Predict = (
  owner: string,
  artifactId: string,
  rows: readonly Record<string, unknown>[],
) => Promise<RowPredictions>;

interface PredictDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  readonly metrics: PredictionInstruments;
  readonly drift: DriftMonitor;
}

interface LoadedModel {
  readonly scorer: Scorer;
  readonly counter: InputCounter;
}

async function load(storage: Storage, key: string): Promise<LoadedModel> {
  try {
    const document = (await json(await storage.read(key))) as ModelDocument;
    return { scorer: loadModel(document), counter: inputCounter(document.reference) };
  } catch (error) {
    if (error instanceof ObjectNotFound)
      throw new AppError('not_found', 'There is no such artifact.', { cause: error });
    throw error;
  }
}

export function createPredict({ db, storage, metrics, drift }: PredictDeps): Predict {
  const models = new Map<string, Promise<LoadedModel>>();

  // Promises are kept, not models: requests that arrive while a model loads share one load.
  const modelOf = (key: string): Promise<LoadedModel> => {
    const model = models.get(key) ?? load(storage, key);
    models.delete(key);
    models.set(key, model);
    model.catch(() => models.delete(key));
    const oldest = models.keys().next();
    if (models.size > CACHED_MODELS && !oldest.done) models.delete(oldest.value);
    return model;
  };

  return async (owner, artifactId, rows) => {
    const start = performance.now();
    const artifact = await getArtifact(db, owner, artifactId);
    const { scorer, counter } = await modelOf(artifact.scoring_key);
    const counts = counter.empty();
    const prediction = scorer.predict(rows, (inputs) => counter.add(inputs, counts));
    const { mode, task } = artifact;
    metrics.made({ task, rows: rows.length, seconds: (performance.now() - start) / 1000 });
    drift.observe({ artifactId, mode, task, model: scorer.document, counts });
    return prediction;
  };
}
