import type { Kysely } from 'kysely';
import { validate } from 'uuid';
import type { Schema } from '../../adapters/db/schema.ts';
import { AppError } from '../../errors.ts';
import type { Task } from '../../vocabulary/modes.ts';
import { noSuch } from '../owned-rows.ts';
import { bestOf, type Direction, FIGURES, figureOf } from './figures.ts';
import type { TrainingRun } from './repository.ts';

export const MAX_COMPARED = 10;
/** Of columns, those that matter most to any of the runs. */
const MAX_COLUMNS = 100;

/** Runs side by side: what stands in a list of values is in their order. */
export interface Comparison {
  readonly target: string;
  readonly task: Task;
  readonly runs: readonly TrainingRun[];
  /** Whether all that succeeded were measured on the same rows; else a part of a difference is chance. */
  readonly measured_on_same_rows: boolean;
  readonly params: readonly {
    readonly name: string;
    readonly differs: boolean;
    readonly values: readonly unknown[];
  }[];
  readonly metrics: readonly {
    readonly name: string;
    readonly better: Direction;
    readonly values: readonly (number | null)[];
    /** Of the runs that are best. */
    readonly best: readonly string[];
  }[];
  readonly importances: readonly { readonly feature: string; readonly values: readonly (number | null)[] }[];
}

/**
 * @throws {AppError} `not_found`; `invalid_request` when there is none; `unusable_data` for runs of another dataset, or of different targets or tasks: their
 *   figures say nothing of each other
 */
export async function compareRuns(
  db: Kysely<Schema>,
  owner: string,
  datasetId: string,
  ids: readonly string[],
): Promise<Comparison> {
  if (ids.join('') === '') throw new AppError('invalid_request', 'ids: the runs to compare must be named');
  const found = await db
    .selectFrom('training_runs')
    .selectAll()
    .where('owner', '=', owner)
    .where('id', 'in', ids.filter((id) => validate(id)).concat(NOBODY))
    .execute();
  const runs = ids.map((id) => {
    const run = found.find((one) => one.id === id.toLowerCase());
    if (!run) throw noSuch('training_runs');
    return run;
  });
  return compare(runs, datasetId);
}

/** So that a list is never empty. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

function compare(runs: readonly TrainingRun[], datasetId: string): Comparison {
  const [{ target, task }] = runs as [TrainingRun];
  if (runs.some((run) => run.dataset_id !== datasetId))
    throw new AppError(
      'unusable_data',
      'Only runs of this dataset are compared: what another says is something else.',
    );
  if (runs.some((run) => run.target !== target || run.task !== task))
    throw new AppError(
      'unusable_data',
      'Only runs of one target and task are compared: their figures say nothing of others.',
    );
  return {
    target,
    task,
    runs,
    measured_on_same_rows: sameRows(runs.filter(({ metrics }) => metrics)),
    params: compareParams(runs),
    metrics: Object.entries(FIGURES[task]).map(([name, better]) => {
      const values = runs.map(({ metrics }) => figureOf(metrics, name));
      const best = bestOf(values, better);
      const isBest = (_: TrainingRun, i: number) => best !== null && values[i] === best;
      return { name, better, values, best: runs.filter(isBest).map(({ id }) => id) };
    }),
    importances: compareImportances(runs),
  };
}

const sameRows = (runs: readonly TrainingRun[]): boolean =>
  new Set(
    runs.map(({ seed, validation_dataset_id, metrics }) =>
      JSON.stringify([validation_dataset_id ?? seed, validation_dataset_id, metrics?.['split']]),
    ),
  ).size <= 1;

function compareParams(runs: readonly TrainingRun[]): Comparison['params'] {
  const given = runs.map(({ mode, seed, validation_dataset_id, params }) => ({
    mode,
    seed,
    ...(validation_dataset_id && { validation_dataset_id }),
    ...params,
  }));
  const names = [...new Set(given.flatMap((one) => Object.keys(one)))];
  return names.map((name) => {
    const values = given.map((one) => (one as Readonly<Record<string, unknown>>)[name] ?? null);
    return { name, differs: new Set(values.map((value) => JSON.stringify(value))).size > 1, values };
  });
}

interface Importance {
  readonly feature: string;
  readonly importance: number;
}

function compareImportances(runs: readonly TrainingRun[]): Comparison['importances'] {
  const byRun = runs.map(
    ({ metrics }) =>
      new Map(
        ((metrics?.['feature_importances'] ?? []) as readonly Importance[]).map(({ feature, importance }) => [
          feature,
          importance,
        ]),
      ),
  );
  const features = [...new Set(byRun.flatMap((importances) => [...importances.keys()]))];
  const greatest = (values: readonly (number | null)[]) =>
    Math.max(...values.map((value) => value ?? -Infinity));
  return features
    .map((feature) => ({ feature, values: byRun.map((importances) => importances.get(feature) ?? null) }))
    .sort((a, b) => greatest(b.values) - greatest(a.values))
    .slice(0, MAX_COLUMNS);
}
