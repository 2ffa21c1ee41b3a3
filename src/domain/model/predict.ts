import { json } from 'node:stream/consumers';
import type { Kysely } from 'kysely';
import {
  type InputCounter,
  inputCounter,
  loadModel,
  type ModelDocument,
  predictInSlices,
  type RowPredictions,
  type Scorer,
} from '#tabular';
import type { Schema } from '../../adapters/db/schema.ts';
import { ObjectNotFound, type Storage } from '../../adapters/storage/storage.ts';
import { AppError } from '../../errors.ts';
import type { PredictionInstruments } from '../../telemetry/instruments/predictions.ts';
import type { Mode, Task } from '../../vocabulary/modes.ts';
import type { DriftMonitor } from './drift-monitor.ts';
import { getArtifact } from './repository.ts';
import { asUnusableData } from './unusable-rows.ts';

/** Loaded models kept in memory, the least recently used leave first. */
const CACHED_MODELS = 32;

export interface Predictor {
  /** @throws {AppError} `not_found`; `unusable_data` naming the columns that are missing or unusable */
  predict(
    owner: string,
    artifactId: string,
    rows: readonly Record<string, unknown>[],
  ): Promise<RowPredictions>;
  /** The model is gone; '': any may be. */
  forget(artifactId: string): void;
}

interface PredictorDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  readonly metrics: PredictionInstruments;
  readonly drift: DriftMonitor;
}

interface LoadedModel {
  readonly mode: Mode;
  readonly task: Task;
  readonly scorer: Scorer;
  readonly counter: InputCounter;
}

/** Models are asked for again and again: neither the database nor the storage is, as long as one is in memory. */
export function createPredictor({ db, storage, metrics, drift }: PredictorDeps): Predictor {
  const models = new Map<string, Promise<LoadedModel>>();

  const load = async (owner: string, id: string): Promise<LoadedModel> => {
    const { mode, task, scoring_key } = await getArtifact(db, owner, id);
    try {
      const document = (await json(await storage.read(scoring_key))) as ModelDocument;
      return { mode, task, scorer: loadModel(document), counter: inputCounter(document.reference) };
    } catch (error) {
      if (error instanceof ObjectNotFound)
        throw new AppError('not_found', 'There is no such artifact.', { cause: error });
      throw error;
    }
  };

  // Promises are kept, not models: requests that arrive while a model loads share one load, and one that is forgotten
  // while it loads does not come back.
  const modelOf = (owner: string, id: string): Promise<LoadedModel> => {
    const key = `${id} ${owner}`;
    const model = models.get(key) ?? load(owner, id);
    models.delete(key);
    models.set(key, model);
    model.catch(() => models.delete(key));
    const oldest = models.keys().next();
    if (models.size > CACHED_MODELS && !oldest.done) models.delete(oldest.value);
    return model;
  };

  return {
    async predict(owner, artifactId, rows) {
      const start = performance.now();
      const { mode, task, scorer, counter } = await modelOf(owner, artifactId);
      const counts = counter.empty();
      const prediction = await predictInSlices(scorer, rows, (inputs) => counter.add(inputs, counts)).catch(
        (error: unknown) => {
          throw asUnusableData(error);
        },
      );
      metrics.made({ task, rows: rows.length, seconds: (performance.now() - start) / 1000 });
      drift.observe({ artifactId, mode, task, model: scorer.document, counts });
      return prediction;
    },
    forget(artifactId) {
      for (const key of models.keys()) if (key.startsWith(artifactId)) models.delete(key);
    },
  };
}
