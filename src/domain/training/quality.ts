import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { Mode, Task } from '../../vocabulary/modes.ts';
import { bestOf, type Direction, FIGURES, figureOf } from './figures.ts';

/** Scores that are compared over time. */
export const SCORES = ['accuracy', 'precision', 'recall', 'f1', 'r2', 'mse', 'mae'] as const;
type Score = (typeof SCORES)[number];

export type TrendPoint = {
  readonly run_id: string;
  readonly artifact_id: string | null;
  readonly dataset_id: string;
  readonly mode: Mode;
  readonly task: Task;
  readonly target: string;
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
  readonly dataset_id?: string | undefined;
  /** Of that dataset. */
  readonly target?: string | undefined;
  readonly task?: Task | undefined;
  /** Newest runs to look at. */
  readonly limit: number;
}

/** The newest successful runs' scores, oldest of them first. */
export async function qualityTrends(
  db: Kysely<Schema>,
  { owner, limit, ...wanted }: TrendRequest,
): Promise<TrendPoint[]> {
  const asked = (['dataset_id', 'target', 'task', 'mode'] as const).flatMap((column) => {
    const value = wanted[column];
    return value === undefined ? [] : [{ column, value }];
  });
  const runs = await db
    .selectFrom('training_runs')
    .select(['id', 'artifact_id', 'dataset_id', 'mode', 'task', 'target', 'finished_at', 'metrics_summary'])
    .where('owner', '=', owner)
    .where('status', '=', 'succeeded')
    .where((eb) => eb.and(asked.map(({ column, value }) => eb(column, '=', value))))
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
    target: run.target,
    finished_at: run.finished_at as Date,
    ...(Object.fromEntries(SCORES.map((score) => [score, figureOf(run.metrics_summary, score)])) as Record<
      Score,
      number | null
    >),
  }));
}

/** Mean and best of each score over the runs that have it, whatever they predict. */
export function aggregate(trends: readonly TrendPoint[]): Aggregates {
  const scores: Record<string, number | null> = {};
  for (const score of SCORES) {
    const values = trends.map((point) => point[score]);
    scores[`avg_${score}`] = meanOf(values);
    scores[`best_${score}`] = bestOf(values, DIRECTIONS[score] as Direction);
  }
  return {
    count: trends.length,
    classification_count: trends.filter((point) => point.task === 'classification').length,
    regression_count: trends.filter((point) => point.task === 'regression').length,
    ...(scores as Record<`avg_${Score}` | `best_${Score}`, number | null>),
  };
}

const DIRECTIONS = { ...FIGURES.classification, ...FIGURES.regression };

function meanOf(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null);
  return there.length > 0 ? there.reduce((sum, value) => sum + value, 0) / there.length : null;
}

/** Runs whose figures can be compared: of a dataset, for a target. */
export interface QualityGroup {
  readonly dataset_id: string;
  readonly target: string;
  readonly task: Task;
  readonly count: number;
  /** Of the newest of them. */
  readonly latest_run_id: string;
  readonly latest_finished_at: Date;
  readonly scores: readonly {
    readonly name: Score;
    readonly better: Direction;
    readonly avg: number | null;
    readonly best: number | null;
    readonly best_run_id: string | null;
    readonly latest: number | null;
  }[];
}

/** By dataset and target, that first of which a run ended last. */
export function groupByTarget(trends: readonly TrendPoint[]): QualityGroup[] {
  const groups = Map.groupBy(trends.toReversed(), (point) =>
    JSON.stringify([point.dataset_id, point.target, point.task]),
  );
  return [...groups.values()].map((points) => {
    const [latest] = points as [TrendPoint];
    const { dataset_id, target, task } = latest;
    const names = SCORES.filter((score) => score in FIGURES[task]);
    return {
      dataset_id,
      target,
      task,
      count: points.length,
      latest_run_id: latest.run_id,
      latest_finished_at: latest.finished_at,
      scores: names.map((name) => {
        const better = FIGURES[task][name] as Direction;
        const values = points.map((point) => point[name]);
        const best = bestOf(values, better);
        // Of equals the first that reached it.
        const bestRun = best === null ? undefined : points.findLast((point) => point[name] === best);
        return {
          name,
          better,
          avg: meanOf(values),
          best,
          best_run_id: bestRun?.run_id ?? null,
          latest: latest[name],
        };
      }),
    };
  });
}
