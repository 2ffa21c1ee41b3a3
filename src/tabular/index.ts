/**
 * Tables in, models out: training, scoring, export and drift over typed arrays, without input or output of its own.
 * The one way in. What only training needs is loaded when it is first asked for.
 */

import type { ModelDocument } from './document.ts';
import type { Table } from './table.ts';
import type { TrainedRun, TrainHooks, TrainSpec } from './training/types.ts';

export type { ColumnReference, InputColumn, ModelDocument } from './document.ts';
export { assessDrift, type DriftSubject, type InputDrift, subjectOf } from './drift/assess.ts';
export {
  addCounts,
  type BinnedRows,
  type InputCounter,
  type InputCounts,
  inputCounter,
} from './drift/counter.ts';
export { type Distribution, distributionOf } from './drift/distribution.ts';
export type { DriftLevel } from './drift/level.ts';
export { TabularError, type TabularErrorCode } from './error.ts';
export {
  type Costs,
  precisionRecallCurve,
  rocCurve,
  type Thresholds,
  thresholdTable,
} from './evaluation/curves.ts';
export type { ClassificationEvaluation, Evaluation } from './evaluation/points.ts';
export { isNamedLikeIdentifier } from './identifier-name.ts';
export { type Explanation, explainerOf } from './scoring/contributions/explain.ts';
export { type Bounds, type Intervals, intervalsOf } from './scoring/intervals.ts';
export { loadModel, type Scorer } from './scoring/model.ts';
export { predictInSlices } from './scoring/predict-in-slices.ts';
export type { RowPredictions, TablePredictions } from './scoring/predictions.ts';
export type { CategoryColumn, Column, ColumnType, Mode, NumberColumn, Table, Task } from './table.ts';
export { createCard, type ModelCard } from './training/card.ts';
export { parseParams, type TrainParams } from './training/params.ts';
export { logLoss } from './training/quality/classification.ts';
export { quantile } from './training/quality/quantile.ts';
export { rocAucInTurns } from './training/quality/roc-auc.ts';
export { MAX_SEED } from './training/random.ts';
export type { TrainedRun, TrainHooks, TrainingWarning, TrainProgress, TrainSpec } from './training/types.ts';
export {
  type CellForm,
  type DateForm,
  describeForm,
  fillingOf,
  formReader,
  formsOf,
  MISSING_MARKS,
  type NumberForm,
  patternOf,
} from './values/cell-form.ts';
export { isBoolean, missingColumns, wantedOf } from './values/inputs.ts';
export { isMissing, MISSING_VALUES } from './values/missing.ts';
export { parseDate, parseNumber } from './values/parse.ts';
export { rowsToTable } from './values/rows.ts';

/** See `training/train.ts`. */
export async function train(table: Table, spec: TrainSpec, hooks: TrainHooks): Promise<TrainedRun> {
  const training = await import('./training/train.ts');
  return training.train(table, spec, hooks);
}

/** See `onnx/export.ts`. */
export async function toOnnx(
  model: ModelDocument,
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const onnx = await import('./onnx/export.ts');
  return onnx.toOnnx(model, metadata);
}
