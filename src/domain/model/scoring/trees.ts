import { inputLength } from './design.ts';
import type { LabelEncoder, TreeEncoder, TreesEstimator } from './document.ts';
import type { ScoreFunction } from './estimators.ts';
import { datePart, type InputData } from './inputs.ts';

/** Rows scored together: their features stay in the first-level cache while tree after tree passes over them. */
const BLOCK_ROWS = 64;

/** A function to raw scores, row by row: `scores[i * outputs + k]`. */
export function treeScores(estimator: TreesEstimator): ScoreFunction {
  const forest = compile(estimator);
  const encoders = estimator.encoders.map(featureEncoder);
  return (inputs, rows) => {
    const count = rows?.length ?? (inputs[0] ? inputLength(inputs[0]) : 0);
    const scores = new Float64Array(count * forest.base.length);
    const features = encoders.map((encode) => encode(inputs, rows));
    const block = new Float64Array(2 * features.length * Math.min(BLOCK_ROWS, count));
    for (let start = 0; start < count; start += BLOCK_ROWS) {
      const end = Math.min(start + BLOCK_ROWS, count);
      fillBlock(features, start, end, block);
      addTrees(forest, block, 2 * features.length, start, end, scores);
    }
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
    const values = rows ? Float64Array.from(rows, (row) => input.values[row]!) : input.values;
    return encoder.part ? datePart(values, encoder.part) : values;
  };
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

interface Forest {
  readonly base: Float64Array;
  readonly roots: Int32Array;
  /** Place in a block's row, see `fillBlock`; −1: a leaf. */
  readonly place: Int32Array;
  readonly threshold: Float64Array;
  readonly right: Int32Array;
}

function compile({ encoders, base, roots, feature, threshold, right, missingLeft }: TreesEstimator): Forest {
  return {
    base: Float64Array.from(base),
    roots: Int32Array.from(roots),
    place: Int32Array.from(feature, (f, node) => (f < 0 ? -1 : missingLeft[node] ? f : f + encoders.length)),
    threshold: Float64Array.from(threshold),
    right: Int32Array.from(right),
  };
}

/**
 * Every feature twice: first with −∞ for a missing value, which goes left everywhere, then with +∞, which goes
 * right. A node reads the one that sends missing values its way, so no comparison has to ask.
 */
function fillBlock(features: readonly Float64Array[], start: number, end: number, block: Float64Array): void {
  const width = features.length;
  for (let f = 0; f < width; f++) {
    const values = features[f]!;
    let place = f;
    for (let row = start; row < end; row++, place += 2 * width) {
      const value = values[row]!;
      const isMissing = Number.isNaN(value);
      block[place] = isMissing ? Number.NEGATIVE_INFINITY : value;
      block[place + width] = isMissing ? Number.POSITIVE_INFINITY : value;
    }
  }
}

function addTrees(
  { base, roots, place, threshold, right }: Forest,
  block: Float64Array,
  stride: number,
  start: number,
  end: number,
  scores: Float64Array,
): void {
  const outputs = base.length;
  for (let row = start; row < end; row++) {
    for (let k = 0; k < outputs; k++) scores[row * outputs + k] = base[k]!;
  }
  for (let t = 0, k = 0; t < roots.length; t++) {
    const root = roots[t]!;
    for (let row = start, first = 0; row < end; row++, first += stride) {
      let node = root;
      for (let at = place[node]!; at >= 0; at = place[node]!) {
        node = block[first + at]! <= threshold[node]! ? node + 1 : right[node]!;
      }
      scores[row * outputs + k]! += threshold[node]!;
    }
    if (++k === outputs) k = 0;
  }
}
