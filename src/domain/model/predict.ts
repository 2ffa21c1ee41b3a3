import { buffer } from 'node:stream/consumers';
import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import {
  type Bounds,
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
  type TablePredictions,
} from '#tabular';
import type { Schema } from '../../adapters/db/schema.ts';
import { ObjectNotFound, type Storage } from '../../adapters/storage/storage.ts';
import { AppError } from '../../errors.ts';
import type { PredictionInstruments } from '../../telemetry/instruments/predictions.ts';
import type { Mode, Task } from '../../vocabulary/modes.ts';
import type { PredictionWarning } from '../../vocabulary/warnings.ts';
import type { DriftMonitor } from './drift-monitor.ts';
import { driftWarnings } from './drift-warnings.ts';
import { boundsAt } from './intervals.ts';
import type { KeptPredictions } from './live/kept-predictions.ts';
import { keptRows } from './live/kept-rows.ts';
import { createModelCache, type LoadedModel } from './model-cache.ts';
import { getScoringArtifact, whyMissing } from './repository.ts';
import { asUnusableData } from './unusable-rows.ts';

/** What an answer shall have, or leave behind, besides predictions. */
export interface PredictionWishes {
  /** What each row's columns add to its prediction. */
  readonly isExplained?: boolean | undefined;
  /** The level of an interval for each row; undefined: none is wanted. */
  readonly level?: number | undefined;
  /** Each row's key to tell its outcome by; `new`: they are to be given. */
  readonly keys?: readonly string[] | 'new' | undefined;
}

interface ExplainedPredictions extends RowPredictions {
  /** The keys that were given. */
  readonly prediction_ids?: readonly string[];
  /** In the order of the rows. */
  readonly intervals?: readonly { readonly lower: number; readonly upper: number }[];
  readonly explanation?: Explanation;
  readonly warnings?: readonly PredictionWarning[];
}

export interface Predictor {
  /**
   * @throws {AppError} `not_found`, `gone`; `unusable_data` naming the columns that are missing or unusable;
   *   `invalid_request` when rows are to be explained, or to have intervals, by a model that can't
   */
  predict(
    owner: string,
    artifactId: string,
    rows: readonly Record<string, unknown>[],
    wishes?: PredictionWishes,
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
  readonly kept: KeptPredictions;
}

interface Model {
  readonly mode: Mode;
  readonly task: Task;
  readonly scorer: Scorer;
  readonly counter: InputCounter;
}

/** Models are asked for again and again: neither the database nor the storage is, as long as one is in memory. */
export function createPredictor({ db, storage, metrics, drift, kept }: PredictorDeps): Predictor {
  const load = async (owner: string, id: string): Promise<LoadedModel<Model>> => {
    const { mode, task, scoring_key } = await getScoringArtifact(db, owner, id);
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
    async predict(owner, artifactId, rows, { isExplained = false, level, keys } = {}) {
      const start = performance.now();
      using call = drift.begin(artifactId);
      const { mode, task, scorer, counter } = await models.get(owner, artifactId);
      const explain = isExplained ? explainerFor(scorer) : undefined;
      const bounds = level === undefined ? undefined : boundsAt(scorer.document, level);
      const counts = counter.empty();
      const prediction = await predictInSlices(scorer, rows, (inputs) => counter.add(inputs, counts)).catch(
        (error: unknown) => {
          throw asUnusableData(error);
        },
      );
      metrics.made({ task, rows: rows.length, seconds: (performance.now() - start) / 1000 });
      const warnings = driftWarnings(call.observe({ mode, task, model: scorer.document, counts }));
      const explanation = await explain?.(rows, prediction);
      const ids = keys === 'new' ? rows.map(() => uuidv7()) : undefined;
      if (keys)
        await kept.keep(
          artifactId,
          keptRows(ids ?? (keys as readonly string[]), columnsOf(prediction, scorer.document)),
        );
      return {
        ...prediction,
        ...(ids && { prediction_ids: ids }),
        ...(bounds && { intervals: asRows(bounds(Float64Array.from(prediction.predictions, Number))) }),
        ...(explanation && { explanation }),
        ...(warnings.length > 0 && { warnings }),
      };
    },
    subjectOf: async (owner, artifactId) => (await models.get(owner, artifactId)).scorer.document,
    forget: models.forget,
  };
}

/** As whole columns: what `perRow` made rows of. */
function columnsOf(
  { predictions, probabilities }: RowPredictions,
  { classes }: ModelDocument,
): TablePredictions {
  if (!classes || !probabilities)
    return { task: 'regression', values: Float64Array.from(predictions, Number) };
  const places = new Map(classes.map((label, place) => [label as string | number, place]));
  return {
    task: 'classification',
    classes,
    codes: Int32Array.from(predictions, (label) => places.get(label)!),
    probabilities: Float64Array.from(
      probabilities.flatMap((shares) => classes.map((label) => shares[label]!)),
    ),
  };
}

const asRows = ({ lower, upper }: Bounds) =>
  Array.from(lower, (least, row) => ({ lower: least, upper: upper[row]! }));

function explainerFor({ document }: Scorer) {
  const explain = explainerOf(document);
  if (explain) return explain;
  throw new AppError(
    'invalid_request',
    'contributions: this model was made before what they take was kept with models. Train it again.',
  );
}
