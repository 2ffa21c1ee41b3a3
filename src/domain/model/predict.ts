import { buffer } from 'node:stream/consumers';
import type { Kysely } from 'kysely';
import {
  type DriftSubject,
  type Explanation,
  explainerOf,
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
import type { PredictionWarning } from '../../vocabulary/warnings.ts';
import type { DriftMonitor } from './drift-monitor.ts';
import { driftWarnings } from './drift-warnings.ts';
import { createModelCache, type LoadedModel } from './model-cache.ts';
import { getArtifact, whyMissing } from './repository.ts';
import { asUnusableData } from './unusable-rows.ts';

interface ExplainedPredictions extends RowPredictions {
  readonly explanation?: Explanation;
  readonly warnings?: readonly PredictionWarning[];
}

export interface Predictor {
  /**
   * @param isExplained whether each row is answered with what its columns add to the prediction
   * @throws {AppError} `not_found`, `gone`; `unusable_data` naming the columns that are missing or unusable;
   *   `invalid_request` when rows are to be explained by a model that can't
   */
  predict(
    owner: string,
    artifactId: string,
    rows: readonly Record<string, unknown>[],
    isExplained?: boolean,
  ): Promise<ExplainedPredictions>;
  /** What its inputs are compared with. @throws {AppError} `not_found`, `gone` */
  subjectOf(owner: string, artifactId: string): Promise<DriftSubject>;
  /** The model is gone; '': any may be. */
  forget(artifactId: string): void;
}

interface PredictorDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  readonly metrics: PredictionInstruments;
  readonly drift: DriftMonitor;
}

interface Model {
  readonly mode: Mode;
  readonly task: Task;
  readonly scorer: Scorer;
  readonly counter: InputCounter;
}

/** Models are asked for again and again: neither the database nor the storage is, as long as one is in memory. */
export function createPredictor({ db, storage, metrics, drift }: PredictorDeps): Predictor {
  const load = async (owner: string, id: string): Promise<LoadedModel<Model>> => {
    const { mode, task, scoring_key } = await getArtifact(db, owner, id);
    try {
      const bytes = await buffer(await storage.read(scoring_key));
      const document = JSON.parse(bytes.toString()) as ModelDocument;
      const model = { mode, task, scorer: loadModel(document), counter: inputCounter(document.reference) };
      return { model, documentBytes: bytes.length };
    } catch (error) {
      throw error instanceof ObjectNotFound ? await whyMissing(db, owner, id, { cause: error }) : error;
    }
  };

  const models = createModelCache(load);

  return {
    async predict(owner, artifactId, rows, isExplained = false) {
      const start = performance.now();
      using call = drift.begin(artifactId);
      const { mode, task, scorer, counter } = await models.get(owner, artifactId);
      const explain = isExplained ? explainerFor(scorer) : undefined;
      const counts = counter.empty();
      const prediction = await predictInSlices(scorer, rows, (inputs) => counter.add(inputs, counts)).catch(
        (error: unknown) => {
          throw asUnusableData(error);
        },
      );
      metrics.made({ task, rows: rows.length, seconds: (performance.now() - start) / 1000 });
      const warnings = driftWarnings(call.observe({ mode, task, model: scorer.document, counts }));
      const explanation = await explain?.(rows, prediction);
      return {
        ...prediction,
        ...(explanation && { explanation }),
        ...(warnings.length > 0 && { warnings }),
      };
    },
    subjectOf: async (owner, artifactId) => (await models.get(owner, artifactId)).scorer.document,
    forget: models.forget,
  };
}

function explainerFor({ document }: Scorer) {
  const explain = explainerOf(document);
  if (explain) return explain;
  throw new AppError(
    'invalid_request',
    'contributions: this model was made before what they take was kept with models. Train it again.',
  );
}
