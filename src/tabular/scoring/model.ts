import { type InputColumn, MODEL_FORMAT, type ModelDocument, READABLE_VERSIONS } from '../document.ts';
import type { Table } from '../table.ts';
import { type InputData, readInputs } from '../values/inputs.ts';
import { rowsToTable } from '../values/rows.ts';
import { predictor } from './estimators.ts';
import { perRow, type RowPredictions, type TablePredictions } from './predictions.ts';
import { mostProbable } from './probabilities.ts';

/** A model ready to score. */
export interface Scorer {
  readonly document: ModelDocument;
  /** What a row must carry; further columns are ignored. */
  readonly columns: readonly InputColumn[];
  /**
   * @param seen is given what was read, before it is scored
   * @throws TabularError `unusable_rows` naming the column, and the row where it is a value
   */
  predict(rows: readonly Record<string, unknown>[], seen?: SeenInputs): RowPredictions;
  /** The same for whole columns, without an object a row. Throws as `predict` does. */
  predictTable(table: Table, seen?: SeenInputs): TablePredictions;
}

/** Whoever wants to know what a model is asked about: the inputs of one call, a column each. */
export type SeenInputs = (inputs: readonly InputData[]) => void;

/** @throws Error when the document is no model of a version this code reads */
export function loadModel(document: ModelDocument): Scorer {
  if (document.format !== MODEL_FORMAT || !READABLE_VERSIONS.includes(document.version)) {
    throw new Error(`Not a model of version ${READABLE_VERSIONS.join(' or ')}`);
  }
  const { classes, columns } = document;
  const predictInputs = predictor(document.estimator, classes?.length ?? 0);
  const predictTable = (table: Table, seen?: SeenInputs): TablePredictions => {
    const inputs = readInputs(table, columns);
    seen?.(inputs);
    const predicted = predictInputs(inputs, null);
    if (!classes) return { task: 'regression', values: predicted };
    return {
      task: 'classification',
      classes,
      codes: mostProbable(predicted, classes.length),
      probabilities: predicted,
    };
  };
  return {
    document,
    columns,
    predictTable,
    predict: (rows, seen) => perRow(predictTable(rowsToTable(rows, document), seen)),
  };
}
