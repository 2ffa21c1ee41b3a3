import type { Estimator, LinearEstimator } from '../../document.ts';
import { predictor } from '../../scoring/estimators.ts';
import { columnParts, linearScores } from '../../scoring/linear.ts';
import { probabilities } from '../../scoring/probabilities.ts';
import { turnBack } from '../../scoring/target-transform.ts';
import type { InputData } from '../../values/inputs.ts';

/** Predictions for the inputs with one column's values in another order. */
export type ShuffledPredictor = (position: number, order: Int32Array) => Float64Array;

/** @param inputs all of whose rows are asked for */
export function shuffledPredictor(
  estimator: Estimator,
  inputs: readonly InputData[],
  classes: number,
): ShuffledPredictor {
  if (estimator.kind === 'linear') {
    const scores = shuffledScores(estimator, inputs);
    return classes === 0 ? scores : (position, order) => probabilities(scores(position, order), classes);
  }
  if (estimator.kind === 'trees') return fromAnew(estimator, inputs, classes);
  if (estimator.kind === 'transformed_target') {
    const predict = shuffledPredictor(estimator.estimator, inputs, classes);
    return (position, order) => turnBack(estimator.transform, predict(position, order));
  }
  const members = estimator.members.map(({ weight, estimator: member }) => {
    if (member.kind === 'trees') return { weight, predict: fromAnew(member, inputs, classes) };
    const scores = shuffledScores(member, inputs);
    const predict: ShuffledPredictor = (position, order) =>
      classes === 0 ? scores(position, order) : probabilities(scores(position, order), classes);
    return { weight, predict };
  });
  return (position, order) => {
    const parts = members.map(({ predict }) => predict(position, order));
    return parts[0]!.map((_, i) => members.reduce((sum, { weight }, m) => sum + weight * parts[m]![i]!, 0));
  };
}

function fromAnew(estimator: Estimator, inputs: readonly InputData[], classes: number): ShuffledPredictor {
  const predict = predictor(estimator, classes);
  return (position, order) => predict(inputs.with(position, takeRows(inputs[position]!, order)), null);
}

/** A linear model's score is a sum over the columns, of which one changes: no other is looked at again. */
function shuffledScores(estimator: LinearEstimator, inputs: readonly InputData[]): ShuffledPredictor {
  const outputs = estimator.weights.length;
  const scores = linearScores(estimator)(inputs, null);
  const partOf = columnParts(estimator);
  let latest = -1;
  let part: Float64Array = new Float64Array();
  return (position, order) => {
    if (position !== latest) part = linearScores(partOf(position))(inputs, null);
    latest = position;
    const changed = new Float64Array(scores.length);
    for (let i = 0; i < order.length; i++) {
      const [to, from] = [i * outputs, order[i]! * outputs];
      for (let k = 0; k < outputs; k++) changed[to + k] = scores[to + k]! - part[to + k]! + part[from + k]!;
    }
    return changed;
  };
}

export function takeRows(input: InputData, rows: Int32Array): InputData {
  if (input.kind === 'category') return { ...input, codes: rows.map((row) => input.codes[row]!) };
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = input.values[rows[i]!]!;
  return { kind: 'number', values };
}
