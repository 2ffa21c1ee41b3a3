import type { Table } from '../../table/types.ts';
import {
  type Estimator,
  type InputColumn,
  MODEL_FORMAT,
  MODEL_VERSION,
  type ModelDocument,
} from './document.ts';
import { type InputData, readInputs } from './inputs.ts';
import { scoreLinear } from './linear.ts';
import { mostProbable, probabilities } from './probabilities.ts';
import { rowsToTable } from './rows.ts';

export type { InputColumn, ModelDocument } from './document.ts';

/** A model ready to score. */
export interface Scorer {
  readonly document: ModelDocument;
  /** What a row must carry; further columns are ignored. */
  readonly columns: readonly InputColumn[];
  /** @throws AppError `unusable_data` naming the column, and the row where it is a value */
  predict(rows: readonly Record<string, unknown>[]): RowPredictions;
  /** The same for whole columns, without an object a row. Throws as `predict` does. */
  predictTable(table: Table): TablePredictions;
}

export interface RowPredictions {
  /** Class labels exactly as in the training data, or numbers for regression. */
  readonly predictions: (string | number)[];
  /** Of classification: for each row the probability of every class. */
  readonly probabilities?: Record<string, number>[];
}

export type TablePredictions =
  | { readonly task: 'regression'; readonly values: Float64Array }
  | {
      readonly task: 'classification';
      readonly classes: readonly string[];
      /** Position in `classes`, for each row. */
      readonly codes: Int32Array;
      /** `probabilities[row * classes.length + class]` */
      readonly probabilities: Float64Array;
    };

/** @throws Error when the document is no model of a version this code reads */
export function loadModel(document: ModelDocument): Scorer {
  if (document.format !== MODEL_FORMAT || document.version !== MODEL_VERSION) {
    throw new Error(`Not a model of version ${MODEL_VERSION}`);
  }
  const predictTable = (table: Table): TablePredictions =>
    decide(document, scoreEstimator(document.estimator, readInputs(table, document.columns), null));
  return {
    document,
    columns: document.columns,
    predictTable,
    predict: (rows) => perRow(predictTable(rowsToTable(rows, document.columns))),
  };
}

/**
 * Raw scores, row by row: see the estimators' own documentation.
 *
 * @param rows which rows of the inputs; null: all of them
 */
export function scoreEstimator(
  estimator: Estimator,
  inputs: readonly InputData[],
  rows: Int32Array | null,
): Float64Array {
  return scoreLinear(estimator, inputs, rows);
}

/** Predictions from raw scores. */
export function decide(document: Pick<ModelDocument, 'classes'>, scores: Float64Array): TablePredictions {
  const { classes } = document;
  if (!classes) return { task: 'regression', values: scores };
  const p = probabilities(scores, classes.length);
  return { task: 'classification', classes, codes: mostProbable(p, classes.length), probabilities: p };
}

function perRow(predicted: TablePredictions): RowPredictions {
  if (predicted.task === 'regression') return { predictions: [...predicted.values] };
  const { classes, codes, probabilities } = predicted;
  return {
    predictions: Array.from(codes, (code) => classes[code]!),
    // fromEntries defines own properties, so a class called __proto__ is only a key.
    probabilities: Array.from(codes, (_, row) =>
      Object.fromEntries(classes.map((label, k) => [label, probabilities[row * classes.length + k]!])),
    ),
  };
}
