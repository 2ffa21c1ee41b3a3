import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { Mode, Task } from '../../vocabulary/modes.ts';

/** Scores that are compared over time; the higher the better but for the errors. */
export const SCORES = ['accuracy', 'precision', 'recall', 'f1', 'r2', 'mse', 'mae'] as const;
type Score = (typeof SCORES)[number];
const ERRORS: ReadonlySet<Score> = new Set(['mse', 'mae']);

export type TrendPoint = {
  readonly run_id: string;
  readonly artifact_id: string | null;
  readonly dataset_id: string;
  readonly mode: Mode;
  readonly task: Task;
  readonly finished_at: Date;
} & Record<Score, number | null>;

export type Aggregates = {
  readonly count: number;
  readonly classification_count: number;
  readonly regression_count: number;
} & Record<`avg_${Score}` | `best_${Score}`, number | null>;

interface TrendRequest {
  readonly owner: string;
  readonly mode?: Mode | undefined;
  /** Newest runs to look at. */
  readonly limit: number;
}

/** The newest successful runs' scores, oldest of them first. */
export async function qualityTrends(
  db: Kysely<Schema>,
  { owner, mode, limit }: TrendRequest,
): Promise<TrendPoint[]> {
  const runs = await db
    .selectFrom('training_runs')
    .select(['id', 'artifact_id', 'dataset_id', 'mode', 'task', 'finished_at', 'metrics_summary'])
    .where('owner', '=', owner)
    .where('status', '=', 'succeeded')
    .$if(mode !== undefined, (query) => query.where('mode', '=', mode as Mode))
    .orderBy('finished_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return runs.reverse().map((run) => ({
    run_id: run.id,
    artifact_id: run.artifact_id,
    dataset_id: run.dataset_id,
    mode: run.mode,
    task: run.task,
    finished_at: run.finished_at as Date,
    ...(Object.fromEntries(
      SCORES.map((score) => {
        const value = run.metrics_summary?.[score];
        return [score, typeof value === 'number' ? value : null];
      }),
    ) as Record<Score, number | null>),
  }));
}

/** Mean and best of each score over the runs that have it. */
export function aggregate(trends: readonly TrendPoint[]): Aggregates {
  const scores: Record<string, number | null> = {};
  for (const score of SCORES) {
    const values = trends.map((point) => point[score]).filter((value) => value !== null);
    scores[`avg_${score}`] =
      values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
    scores[`best_${score}`] =
      values.length > 0 ? (ERRORS.has(score) ? Math.min(...values) : Math.max(...values)) : null;
  }
  return {
    count: trends.length,
    classification_count: trends.filter((point) => point.task === 'classification').length,
    regression_count: trends.filter((point) => point.task === 'regression').length,
    ...(scores as Record<`avg_${Score}` | `best_${Score}`, number | null>),
  };
}
