import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import type { Task } from '../../../vocabulary/modes.ts';
import { type QualityWindow, WINDOW_MS } from '../../../vocabulary/windows.ts';
import { getArtifact } from '../repository.ts';
import type { KeptPredictions } from './kept-predictions.ts';

const FIGURES = {
  classification: ['accuracy', 'roc_auc', 'log_loss'],
  regression: ['r2', 'rmse', 'mae'],
} as const;
type Figures = Readonly<Record<string, number | null>>;

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
    const figures = task === 'regression' ? NUMBERS : classes(card.classes?.length === 2);
    const { rows } = await sql<{ predictions: number; outcomes: number } & Figures>`
      with kept as materialized (
        select class, value, actual_class, actual_value, actual_at from kept_predictions
        where artifact_id = ${artifactId} and predicted_at >= ${new Date(Date.now() - WINDOW_MS[window])}
      ), told as (select * from kept where actual_at is not null)
      select
        (select count(*)::float8 from kept) as predictions,
        (select count(*)::float8 from told) as outcomes,
        ${figures}`.execute(db);
    const { predictions, outcomes, ...live } = rows[0]!;
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

/** As in training, no probability is taken as 0 or 1. */
const CLIPPED = (probability: RawBuilder<unknown>) =>
  sql`least(greatest(${probability}, ${Number.EPSILON}::float8), ${1 - Number.EPSILON}::float8)`;

/**
 * Of each prediction the probability of the class predicted is kept, which between two is that of both; of more it says
 * nothing about the others. The area under the curve: the share of pairs of different classes in the right order, ties
 * by half (Mann & Whitney 1947).
 */
function classes(areTwo: boolean): RawBuilder<unknown> {
  const accuracy = sql`(select avg((class = actual_class)::integer)::float8 from told) as accuracy`;
  if (!areTwo) return sql`${accuracy}, null as roc_auc, null as log_loss`;
  const ofActual = sql`case when class = actual_class then value else 1 - value end`;
  return sql`
    ${accuracy},
    (select sum(positives * (below + negatives / 2.0)) / nullif(sum(positives) * sum(negatives), 0) from (
      select positives, negatives, sum(negatives) over (order by probability) - negatives as below from (
        select case when class = 1 then value else 1 - value end as probability,
          count(*) filter (where actual_class = 1) as positives,
          count(*) filter (where actual_class = 0) as negatives
        from told group by 1) as scores) as ranks)::float8 as roc_auc,
    (select -avg(ln(${CLIPPED(ofActual)})) from told) as log_loss`;
}
