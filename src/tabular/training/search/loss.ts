import { classRowWeights, type TrainingData } from '../training-data.ts';

type Target = TrainingData['target'];
type Classes = Extract<Target, { readonly task: 'classification' }>;

/** What the search compares candidates by, as weighted losses of single rows: their mean is the loss. */
export type RowLosses = (predicted: Float64Array) => Float64Array;

/**
 * Log loss (with `balanced`, every class weighing the same), or squared error as a share of the target's variance
 * (1 − R²): what boosting's own curve shows.
 *
 * @param rows the search's rows, which the variance and the classes' weights are of
 * @param tested the rows the predictions are of, in their order; a row may occur more than once
 */
export function rowLosses(
  { target }: TrainingData,
  rows: Int32Array,
  tested: Int32Array,
  balanced: boolean,
): RowLosses {
  if (target.task === 'regression') {
    const variance = varianceOf(target.values, rows);
    return (predicted) =>
      Float64Array.from(tested, (row, i) => (target.values[row]! - predicted[i]!) ** 2 / variance);
  }
  return ofClasses(target, rows, tested, balanced, (own) => own);
}

/** What the same losses would be if every row were of another class than it is; of a regression there is no such thing. */
export function otherwiseLosses(
  { target }: TrainingData,
  rows: Int32Array,
  tested: Int32Array,
  balanced: boolean,
): RowLosses | null {
  return target.task === 'regression' ? null : ofClasses(target, rows, tested, balanced, (own) => 1 - own);
}

/** @param told of what a row's own class was given, what the loss is minus the logarithm of */
function ofClasses(
  target: Classes,
  rows: Int32Array,
  tested: Int32Array,
  balanced: boolean,
  told: (own: number) => number,
): RowLosses {
  const classes = target.classes.length;
  const weightOf = new Float64Array(classes).fill(1);
  if (balanced) {
    const codes = rows.map((row) => target.codes[row]!);
    classRowWeights(codes, classes).forEach((weight, i) => {
      weightOf[codes[i]!] = weight;
    });
  }
  return (predicted) =>
    Float64Array.from(tested, (row, i) => {
      const code = target.codes[row]!;
      return -weightOf[code]! * Math.log(Math.max(told(predicted[i * classes + code]!), Number.EPSILON));
    });
}

export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function varianceOf(values: Float64Array, rows: Int32Array): number {
  let mean = 0;
  for (let i = 0; i < rows.length; i++) mean += values[rows[i]!]! / rows.length;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) squares += (values[rows[i]!]! - mean) ** 2;
  return squares / rows.length || 1;
}

/** Of the mean of a − b. */
export function standardError(a: Float64Array, b: Float64Array): number {
  const differences = a.map((value, i) => value - b[i]!);
  const mean = meanOf(differences);
  return Math.sqrt(meanOf(differences.map((value) => (value - mean) ** 2)) / a.length);
}
