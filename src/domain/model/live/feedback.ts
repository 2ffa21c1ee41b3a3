import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import type { FeedbackInstruments } from '../../../telemetry/instruments/feedback.ts';
import type { FeedbackReceipt } from '../../../vocabulary/feedback.ts';
import { getModel } from '../registry/model.ts';
import { getArtifact } from '../repository.ts';
import { type Actual, classOf, numberOf } from './actual.ts';
import { type Judgement, judge } from './judge.ts';
import type { KeptPredictions } from './kept-predictions.ts';

/** Keys that an answer names. */
const MAX_NAMED = 10;

export interface Outcome {
  readonly key: string;
  readonly actual: Actual;
}

/** Keys that nothing could be done with, and the first of them. */
interface Left {
  readonly count: number;
  readonly keys: readonly string[];
}

/** Of the different keys that were sent. */
export interface FeedbackTaken {
  readonly accepted: number;
  /** They had an outcome before. */
  readonly replaced: number;
  /** Nothing is kept under them. */
  readonly unknown: Left;
  /** The outcome is none that the model could have predicted. */
  readonly unusable: Left;
}

/**
 * Tells what really happened. Of two outcomes for a key the later one counts; a prediction has one outcome.
 * By the name of a model the key's prediction of each version is told, so that versions can be compared.
 *
 * @throws {AppError} `not_found`, `gone`
 */
export interface Feedback {
  toArtifact(owner: string, artifactId: string, outcomes: readonly Outcome[]): Promise<FeedbackTaken>;
  toName(owner: string, name: string, outcomes: readonly Outcome[]): Promise<FeedbackTaken>;
}

interface FeedbackDeps {
  readonly db: Kysely<Schema>;
  readonly kept: KeptPredictions;
  readonly metrics: FeedbackInstruments;
}

export function createFeedback({ db, kept, metrics }: FeedbackDeps): Feedback {
  const take = async (artifactIds: readonly string[], outcomes: readonly Outcome[]) => {
    const actuals = new Map(outcomes.map(({ key, actual }) => [key, actual]));
    // What this process was asked for a moment ago is there to be found.
    await kept.flush();
    const told = await db.transaction().execute((trx) => tell(trx, artifactIds, actuals));
    for (const judgement of told.first) metrics.judged(judgement);
    const keysOf = (receipt: FeedbackReceipt) =>
      [...actuals.keys()].filter((key) => (told.receipts.get(key) ?? 'unknown') === receipt);
    const count = (receipt: FeedbackReceipt) => {
      const keys = keysOf(receipt);
      metrics.told({ receipt, outcomes: keys.length });
      return { count: keys.length, keys: keys.slice(0, MAX_NAMED) };
    };
    return {
      accepted: count('accepted').count,
      replaced: count('replaced').count,
      unknown: count('unknown'),
      unusable: count('unusable'),
    };
  };

  return {
    async toArtifact(owner, artifactId, outcomes) {
      const { id } = await getArtifact(db, owner, artifactId);
      return take([id], outcomes);
    },
    async toName(owner, name, outcomes) {
      const { id } = await getModel(db, owner, name);
      const versions = await db
        .selectFrom('model_versions')
        .select('artifact_id')
        .where('model_id', '=', id)
        .execute();
      return take(
        versions.map((version) => version.artifact_id),
        outcomes,
      );
    },
  };
}

async function tell(
  trx: Transaction<Schema>,
  artifactIds: readonly string[],
  actuals: ReadonlyMap<string, Actual>,
) {
  // In one order, so that no two requests wait for each other.
  const predictions = await trx
    .selectFrom('kept_predictions')
    .select(['key', 'artifact_id', 'class', 'value', 'actual_at'])
    .where('artifact_id', '=', sql<string>`any(${artifactIds}::uuid[])`)
    .where('key', '=', sql<string>`any(${[...actuals.keys()]}::text[])`)
    .orderBy(sql`key collate "C"`)
    .orderBy('artifact_id')
    .forUpdate()
    .execute();
  const models = await modelsOf(trx, new Set(predictions.map((prediction) => prediction.artifact_id)));
  const receipts = new Map<string, FeedbackReceipt>();
  const first: Judgement[] = [];
  const rows = predictions.flatMap((prediction) => {
    const { key, artifact_id, actual_at } = prediction;
    const { task, classes, metrics } = models.get(artifact_id)!;
    const actual = actuals.get(key)!;
    const found = classes ? classOf(actual, classes) : numberOf(actual);
    if (found === undefined) {
      if (!receipts.has(key)) receipts.set(key, 'unusable');
      return [];
    }
    if (actual_at) receipts.set(key, 'replaced');
    else {
      if (receipts.get(key) !== 'replaced') receipts.set(key, 'accepted');
      const judgement = judge(task, prediction.class ?? prediction.value, found, metrics);
      if (judgement) first.push(judgement);
    }
    return [{ key, artifact_id, actual_class: classes ? found : null, actual_value: classes ? null : found }];
  });
  await sql`
    update kept_predictions as kept
    set actual_at = now(), actual_class = told.actual_class, actual_value = told.actual_value
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as told (key text, artifact_id uuid, actual_class integer, actual_value double precision)
    where kept.key = told.key and kept.artifact_id = told.artifact_id`.execute(trx);
  return { receipts, first };
}

async function modelsOf(trx: Transaction<Schema>, artifactIds: ReadonlySet<string>) {
  if (artifactIds.size === 0) return new Map<string, never>();
  const models = await trx
    .selectFrom('artifacts')
    .select(['id', 'task', 'metrics_summary as metrics', 'card'])
    .where('id', 'in', [...artifactIds])
    .execute();
  return new Map(models.map(({ id, card, ...model }) => [id, { ...model, classes: card.classes }]));
}
