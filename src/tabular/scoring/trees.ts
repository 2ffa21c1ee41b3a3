import type { LabelEncoder, TreeEncoder, TreesEstimator } from '../document.ts';
import { datePart, type InputData } from '../values/inputs.ts';
import { inputLength } from './design.ts';
import { createForest, type Forest } from './forest.ts';
import type { ScoreFunction } from './score-function.ts';

/** From so many rows on, working out the bins costs less than it saves. */
const MIN_ROWS_FOR_FOREST = 32;

/** A function to raw scores, row by row: `scores[i * outputs + k]`. */
export function treeScores(estimator: TreesEstimator): ScoreFunction {
  const encoders = estimator.encoders.map(featureEncoder);
  const outputs = estimator.base.length;
  const walk = treeWalker(estimator);
  let forest: Forest | null | undefined;
  return (inputs, rows) => {
    const count = rows?.length ?? (inputs[0] ? inputLength(inputs[0]) : 0);
    const scores = new Float64Array(count * outputs);
    for (let k = 0; k < outputs; k++) {
      for (let i = k; i < scores.length; i += outputs) scores[i] = estimator.base[k]!;
    }
    const features = encoders.map((encode) => encode(inputs, rows));
    if (count >= MIN_ROWS_FOR_FOREST) forest ??= createForest(estimator);
    if (count >= MIN_ROWS_FOR_FOREST && forest) forest.addTo(features, scores);
    else walk(features, scores);
    return scores;
  };
}

/**
 * The features as one column each; NaN is missing.
 *
 * @param rows which rows of the inputs, in which order; null: all of them
 */
export type FeatureEncoder = (inputs: readonly InputData[], rows: Int32Array | null) => Float64Array;

export function featureEncoder(encoder: TreeEncoder): FeatureEncoder {
  if (encoder.kind === 'label') return labelFeature(encoder);
  return (inputs, rows) => {
    const input = inputs[encoder.input]!;
    if (input.kind !== 'number') throw new Error('A number encoder got a category');
    const values = rows ? gather(input.values, rows) : input.values;
    return encoder.part ? datePart(values, encoder.part) : values;
  };
}

function gather(values: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < out.length; i++) out[i] = values[rows[i]!]!;
  return out;
}

function labelFeature({ input, labels, values, other }: LabelEncoder): FeatureEncoder {
  const valueByLabel = new Map(labels.map((label, position) => [label, values[position]!]));
  return (inputs, rows) => {
    const data = inputs[input]!;
    if (data.kind !== 'category') throw new Error('A label encoder got a number');
    const byCode = Float64Array.from(data.labels, (label) => valueByLabel.get(label) ?? other);
    const out = new Float64Array(rows?.length ?? data.codes.length);
    for (let i = 0; i < out.length; i++) {
      const code = data.codes[rows ? rows[i]! : i]!;
      out[i] = code < 0 ? Number.NaN : byCode[code]!;
    }
    return out;
  };
}

/** The same as `Forest.addTo`, row by row: for few rows. */
function treeWalker(
  estimator: TreesEstimator,
): (features: readonly Float64Array[], scores: Float64Array) => void {
  const { roots, missingLeft } = estimator;
  const outputs = estimator.base.length;
  const feature = Int32Array.from(estimator.feature);
  const threshold = Float64Array.from(estimator.threshold);
  const right = Int32Array.from(estimator.right);
  return (features, scores) => {
    for (let row = 0; row * outputs < scores.length; row++) {
      for (let tree = 0; tree < roots.length; tree++) {
        let node = roots[tree]!;
        for (let f = feature[node]!; f >= 0; f = feature[node]!) {
          const value = features[f]![row]!;
          const goesLeft = Number.isNaN(value) ? missingLeft[node] === 1 : value <= threshold[node]!;
          node = goesLeft ? node + 1 : right[node]!;
        }
        scores[row * outputs + (tree % outputs)]! += threshold[node]!;
      }
    }
  };
}
