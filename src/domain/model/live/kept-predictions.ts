import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import { oneAtATime } from './one-at-a-time.ts';

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
}

/**
 * Predictions that somebody will tell the outcome of, found again by their key. One is kept a key and model: predicted
 * again, a key begins anew. What is kept is written when it is flushed, so a killed process loses what came since.
 */
export interface KeptPredictions {
  /** @throws what writing throws, when so many wait that these have no room */
  keep(artifactId: string, predictions: readonly PredictionToKeep[]): Promise<void>;
  /** What could not be written waits for the next time. */
  flush(): Promise<void>;
}

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

  const flush = oneAtATime(async () => {
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
    await trim(writing.values());
  });

  /** To find the surplus takes as long as there are predictions: it is looked for when there may be enough of it. */
  const trim = async (written: Iterable<Pending>) => {
    // Of those forgotten it is looked for the next time.
    if (untrimmed.size > MAX_WATCHED) untrimmed.clear();
    for (const { artifactId } of written)
      untrimmed.set(artifactId, (untrimmed.get(artifactId) ?? maxPerModel) + 1);
    for (const [artifactId, rows] of untrimmed) {
      if (rows <= SURPLUS * maxPerModel) continue;
      await removeSurplus(db, artifactId, maxPerModel);
      untrimmed.set(artifactId, 0);
    }
  };

  return {
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
      insert into kept_predictions (key, artifact_id, predicted_at, class, value)
      select kept.key, kept."artifactId", kept.at, kept.class, kept.value
      from json_to_recordset(${JSON.stringify(rows)}::json)
        as kept (key text, "artifactId" uuid, at timestamptz, class integer, value double precision)
      join artifacts on artifacts.id = kept."artifactId"
      order by kept.key collate "C", kept."artifactId"
      for key share of artifacts
      on conflict (key, artifact_id) do update set
        predicted_at = excluded.predicted_at, class = excluded.class, value = excluded.value,
        actual_at = null, actual_class = null, actual_value = null
      where kept_predictions.predicted_at <= excluded.predicted_at`.execute(db);
  }
}

async function removeSurplus(db: Kysely<Schema>, artifactId: string, keep: number): Promise<void> {
  await sql`
    delete from kept_predictions
    where artifact_id = ${artifactId} and (predicted_at, key) <= (
      select predicted_at, key from kept_predictions where artifact_id = ${artifactId}
      order by predicted_at desc, key desc offset ${keep} limit 1
    )`.execute(db);
}
