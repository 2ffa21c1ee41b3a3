import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { keyTwice } from './row-keys.ts';

/** Predictions that wait to be written; whoever wants to keep more waits for a write. */
const MAX_PENDING = 20_000;
/** Rows written by one statement. */
const BATCH = 5000;
/** How far a model's predictions may exceed their number, as a part of it, before the oldest are removed. */
const SURPLUS = 0.1;

export interface PredictionToKeep {
  readonly key: string;
  /** Position among the model's classes; null: it predicts numbers. */
  readonly class: number | null;
  /** The number predicted; of classes the probability of the one predicted. */
  readonly value: number;
  /** Of all classes, as `probabilityTexts` gives them; unset: they are not kept. */
  readonly probabilities?: string;
}

/**
 * Predictions that somebody will tell the outcome of, found again by their key. One is kept a key and model: predicted
 * again, a key begins anew. What is kept is written when it is flushed, so a killed process loses what came since.
 */
export interface KeptPredictions {
  /** About so many are kept of each model, the newest. */
  readonly maxPerModel: number;
  /** @throws what writing throws, when so many wait that these have no room */
  keep(artifactId: string, predictions: readonly PredictionToKeep[]): Promise<void>;
  /**
   * All predictions of a table, or none of them; they are written when the promise is resolved.
   * @param batches each the JSON of some `PredictionToKeep`
   * @throws {AppError} `unusable_data` when two have the same key
   */
  keepTable(artifactId: string, batches: Batches): Promise<void>;
  /** What could not be written waits for the next time. What is too much of a model is removed. */
  flush(): Promise<void>;
}

type Batches = Iterable<string> | AsyncIterable<string>;

/** Models of which the surplus is estimated. */
const MAX_WATCHED = 10_000;

interface Pending extends PredictionToKeep {
  readonly artifactId: string;
  readonly at: Date;
}

/** @param maxPerModel about so many are kept of each model, the newest */
export function createKeptPredictions(
  db: Kysely<Schema>,
  maxPerModel: number,
  now: () => Date = () => new Date(),
): KeptPredictions {
  let pending = new Map<string, Pending>();
  const untrimmed = new Map<string, number>();

  const put = (prediction: Pending) => void pending.set(nameOf(prediction), prediction);

  const written = (artifactId: string, rows: number) => {
    // Of those forgotten it is looked for the next time.
    if (untrimmed.size > MAX_WATCHED) untrimmed.clear();
    untrimmed.set(artifactId, (untrimmed.get(artifactId) ?? maxPerModel) + rows);
  };

  /** To find the surplus takes as long as there are predictions: it is looked for when there may be enough of it. */
  const trim = async () => {
    for (const [artifactId, rows] of untrimmed) {
      if (rows <= SURPLUS * maxPerModel) continue;
      await removeSurplus(db, artifactId, maxPerModel);
      // More may have come meanwhile.
      untrimmed.set(artifactId, (untrimmed.get(artifactId) ?? rows) - rows);
    }
  };

  const writePending = async () => {
    if (pending.size === 0) return;
    const writing = pending;
    pending = new Map();
    try {
      await write(db, [...writing.values()]);
    } catch (error) {
      const since = pending;
      pending = writing;
      for (const prediction of since.values()) put(prediction);
      throw error;
    }
    for (const { artifactId } of writing.values()) written(artifactId, 1);
  };

  const flush = oneAtATime(async () => {
    await writePending();
    await trim();
  });

  // A long one takes seconds, and a connection all the while.
  const keepTable = oneAtATime(async (artifactId: string, batches: Batches) => {
    written(artifactId, await writeTable(db, artifactId, now(), batches));
  });

  return {
    maxPerModel,
    keepTable,
    async keep(artifactId, predictions) {
      if (pending.size + predictions.length > MAX_PENDING) await flush();
      const at = now();
      for (const prediction of predictions) put({ ...prediction, artifactId, at });
    },
    flush,
  };
}

const nameOf = ({ artifactId, key }: Pending) => `${artifactId} ${key}`;

/** Always in the same order, so that no two processes wait for each other. A model that is gone keeps nothing. */
async function write(db: Kysely<Schema>, predictions: readonly Pending[]): Promise<void> {
  for (let from = 0; from < predictions.length; from += BATCH) {
    const rows = predictions.slice(from, from + BATCH);
    await sql`
      insert into kept_predictions (key, artifact_id, predicted_at, class, value, probabilities)
      select kept.key, kept."artifactId", kept.at, kept.class, kept.value, kept.probabilities
      from json_to_recordset(${JSON.stringify(rows)}::json)
        as kept (
          key text, "artifactId" uuid, at timestamptz, class integer, value double precision, probabilities bytea)
      join artifacts on artifacts.id = kept."artifactId"
      order by kept.key collate "C", kept."artifactId"
      for key share of artifacts
      ${ANEW}`.execute(db);
  }
}

/** A key begins anew, unless it has been predicted later. */
const ANEW = sql`
  on conflict (key, artifact_id) do update set
    predicted_at = excluded.predicted_at, class = excluded.class, value = excluded.value,
    probabilities = excluded.probabilities,
    actual_at = null, actual_class = null, actual_value = null
  where kept_predictions.predicted_at <= excluded.predicted_at`;

/** By a table of the transaction's own: in it they are put in order, and none of them is locked before all are there. */
async function writeTable(
  db: Kysely<Schema>,
  artifactId: string,
  at: Date,
  batches: Batches,
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const model = trx.selectFrom('artifacts').select('id').where('id', '=', artifactId).forKeyShare();
    // One that is gone keeps nothing.
    if (!(await model.executeTakeFirst())) return 0;
    await sql`
      create temporary table arriving (
        key text collate "C", class integer, value double precision, probabilities bytea)
      on commit drop`.execute(trx);
    for await (const batch of batches)
      await sql`
        insert into arriving
        select key, class, value, probabilities from json_to_recordset(${batch}::json)
          as kept (key text, class integer, value double precision, probabilities bytea)`.execute(trx);
    const { rows: twice } = await sql<{ key: string }>`
      select key from arriving group by key having count(*) > 1 limit 1`.execute(trx);
    if (twice[0]) throw keyTwice(twice[0].key);
    const { numAffectedRows = 0n } = await sql`
      insert into kept_predictions (key, artifact_id, predicted_at, class, value, probabilities)
      select key, ${artifactId}::uuid, ${at}::timestamptz, class, value, probabilities from arriving order by key
      ${ANEW}`.execute(trx);
    return Number(numAffectedRows);
  });
}

async function removeSurplus(db: Kysely<Schema>, artifactId: string, keep: number): Promise<void> {
  await sql`
    delete from kept_predictions
    where artifact_id = ${artifactId} and (predicted_at, key) <= (
      select predicted_at, key from kept_predictions where artifact_id = ${artifactId}
      order by predicted_at desc, key desc offset ${keep} limit 1
    )`.execute(db);
}
