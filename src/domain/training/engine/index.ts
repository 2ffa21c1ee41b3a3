import { type Estimator, MODEL_FORMAT, MODEL_VERSION } from '../../model/scoring/document.ts';
import type { Table } from '../../table/types.ts';
import { selectInputs } from './columns.ts';
import { fitLinear, type LinearSettings } from './linear/fit.ts';
import { selectL2 } from './linear/select.ts';
import { evaluate, type Quality } from './quality/evaluate.ts';
import { permutationImportance } from './quality/importance.ts';
import { splitRows } from './split.ts';
import { readTarget, type Target } from './target.ts';
import type { TrainingData } from './training-data.ts';
import type { TrainedRun, TrainHooks, TrainingMetrics, TrainProgress, TrainSpec } from './types.ts';

export { parseParams, type TrainParams } from './params.ts';
export { TrainingError } from './training-error.ts';
export type { TrainedRun, TrainHooks, TrainingMetrics, TrainProgress, TrainSpec } from './types.ts';

/** Share of the rows that quality is measured on and no fit or choice sees before. */
const HELD_OUT = 0.25;

/**
 * Trains a model that predicts `spec.target` from the other columns.
 *
 * A quarter of the rows is held out (seeded, stratified by class). The model is fitted on the rest, measured on
 * the quarter, and fitted again with the same settings on all rows: that one is kept, the figures are the first
 * one's. The same table, spec and seed give the same result.
 *
 * Everything runs in memory, no I/O: copies of the numeric columns as float64 are the largest part.
 *
 * @throws TrainingError when the table or the parameters cannot give a model
 */
export async function train(table: Table, spec: TrainSpec, hooks: TrainHooks): Promise<TrainedRun> {
  let reached = 0;
  const report = (stage: TrainProgress['stage'], fraction: number) => {
    reached = Math.max(reached, fraction);
    hooks.onProgress({ stage, fraction: reached });
  };
  report('prepare', 0);
  const target = readTarget(table, spec.target, spec.task);
  const { columns, inputs, excluded } = selectInputs(table, spec.target, target.rows, spec.columnTypes ?? {});
  const data: TrainingData = { columns, inputs, target };
  const split = splitRows(target.rows, HELD_OUT, spec.seed, classesOf(target));

  report('search', 0.05);
  const settingsFor = chooseSettings(data, split.train, spec, (done) => report('search', 0.05 + 0.55 * done));
  report('fit', 0.6);
  const settings = settingsFor(split.train.length);
  const measured = fitLinear(data, split.train, settings);
  report('evaluate', 0.75);
  const quality = evaluate(data, measured, split.train, split.test);
  const importances = permutationImportance(data, measured, split.test, spec.seed);
  report('refit', 0.85);
  const kept: Estimator = fitLinear(data, target.rows, settingsFor(target.rows.length));
  report('refit', 1);

  return {
    task: target.task,
    model: {
      format: MODEL_FORMAT,
      version: MODEL_VERSION,
      task: target.task,
      target: spec.target,
      classes: target.task === 'classification' ? target.classes : null,
      columns,
      estimator: kept,
    },
    metrics: describe(target, quality, {
      n_samples: target.rows.length,
      n_features: columns.length,
      n_train: split.train.length,
      n_test: split.test.length,
      n_dropped: target.dropped,
      refitted_on: 'all_rows',
      algorithm: {
        name: target.task === 'regression' ? 'ridge_regression' : 'logistic_regression',
        settings: { ...settings },
      },
      excluded,
      feature_importances: importances,
    }),
  };
}

/** The settings for a fit on so many rows: the penalty stands beside a sum over rows, so it grows with them. */
function chooseSettings(
  data: TrainingData,
  rows: Int32Array,
  { mode, seed, params }: TrainSpec,
  onProgress: (done: number) => void,
): (rowCount: number) => LinearSettings {
  const balanced = params.class_weight === 'balanced';
  if (mode === 'heavy') {
    const perRow = selectL2(data, rows, balanced, seed, onProgress) / rows.length;
    return (count) => ({ l2: perRow * count, balanced });
  }
  if (params.l2 !== undefined) {
    const { l2 } = params;
    return () => ({ l2, balanced });
  }
  return (count) => ({ l2: data.target.task === 'regression' ? 1e-9 * count : 1, balanced });
}

function classesOf(target: Target): Int32Array | undefined {
  return target.task === 'classification' ? target.codes : undefined;
}

type SharedMetrics = Omit<TrainingMetrics, 'task' | 'baseline' | keyof Quality['model']>;

function describe(target: Target, quality: Quality, shared: SharedMetrics): TrainingMetrics {
  if (quality.task === 'regression') {
    return {
      task: 'regression',
      ...quality.model,
      baseline: { strategy: 'mean', ...quality.baseline },
      ...shared,
    };
  }
  return {
    task: 'classification',
    ...quality.model,
    classes: target.task === 'classification' ? target.classes : [],
    baseline: { strategy: 'majority_class', ...quality.baseline },
    ...shared,
  };
}
