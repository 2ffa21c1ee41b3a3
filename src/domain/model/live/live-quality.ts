import { type Kysely, sql } from 'kysely';
import { logLoss, rocAucInTurns } from '#tabular';
import type { Schema } from '../../../adapters/db/schema.ts';
import type { Task } from '../../../vocabulary/modes.ts';
import { type QualityWindow, WINDOW_MS } from '../../../vocabulary/windows.ts';
import { getArtifact } from '../repository.ts';
import type { KeptPredictions } from './kept-predictions.ts';
import { toldProbabilities } from './told-probabilities.ts';

const FIGURES = {
  classification: ['accuracy', 'roc_auc', 'log_loss'],
  regression: ['r2', 'rmse', 'mae'],
} as const;
type Figures = Readonly<Record<string, number | null>>;

/** Of more outcomes, the newest say how well they were ranked: further ones would hardly move it. */
const MOST_RANKED = 100_000;

export interface LiveQuality {
  readonly artifactId: string;
  readonly task: Task;
  readonly window: QualityWindow;
  /** Kept in the window. */
  readonly predictions: number;
  /** Of which the outcome is known. */
  readonly outcomes: number;
  /** By those; null where there is none, or what is kept does not tell. */
  readonly live: Figures;
  /** The same by the rows that it did not see in training. */
  readonly training: Figures;
}

/**
 * How good a model is on what it was asked and somebody told the outcome of, beside what its training promised.
 * @throws {AppError} `not_found`, `gone`
 */
export type LiveQualityOf = (
  owner: string,
  artifactId: string,
  window: QualityWindow,
) => Promise<LiveQuality>;

export function createLiveQuality(db: Kysely<Schema>, kept: KeptPredictions): LiveQualityOf {
  return async (owner, artifactId, window) => {
    const { task, card, metrics_summary: metrics } = await getArtifact(db, owner, artifactId);
    await kept.flush();
    const since = new Date(Date.now() - WINDOW_MS[window]);
    const { rows } = await sql<{ predictions: number; outcomes: number } & Figures>`
      with kept as materialized (
        select class, value, actual_class, actual_value, actual_at from kept_predictions
        where artifact_id = ${artifactId} and predicted_at >= ${since}
      ), told as (select * from kept where actual_at is not null)
      select
        (select count(*)::float8 from kept) as predictions,
        (select count(*)::float8 from told) as outcomes,
        ${task === 'regression' ? NUMBERS : ACCURACY}`.execute(db);
    const { predictions, outcomes, ...found } = rows[0]!;
    const ranked = card.classes && (await ranking(db, artifactId, since, card.classes.length));
    const live = { ...found, ...ranked };
    const training = Object.fromEntries(
      FIGURES[task].map((name) => [name, (metrics[name] as number | null | undefined) ?? null]),
    );
    return { artifactId, task, window, predictions, outcomes, live, training };
  };
}

const NUMBERS = sql`
  (select 1 - sum((actual_value - value) ^ 2) / nullif(count(*) * var_pop(actual_value), 0) from told) as r2,
  (select sqrt(avg((actual_value - value) ^ 2)) from told) as rmse,
  (select avg(abs(actual_value - value)) from told) as mae`;

const ACCURACY = sql`(select avg((class = actual_class)::integer)::float8 from told) as accuracy`;

/** What takes the probabilities of all classes, as in training. */
async function ranking(db: Kysely<Schema>, artifactId: string, since: Date, classes: number) {
  const newest = sql`
    select * from kept_predictions
    where artifact_id = ${artifactId} and predicted_at >= ${since} and actual_at is not null
    order by predicted_at desc limit ${MOST_RANKED}`;
  const { actual, probabilities } = await toldProbabilities(db, newest, classes);
  return {
    roc_auc: await rocAucInTurns(actual, probabilities, classes),
    log_loss: actual.length > 0 ? logLoss(actual, probabilities, classes) : null,
  };
}
