/** What boosting minimises, as raw scores ("margins") laid out `margins[row * outputs + k]`. */
export interface Objective {
  readonly outputs: number;
  /** The best constant margins for these rows. */
  base(rows: Int32Array): Float64Array;
  /** Numbers a row that `beginRound` keeps for `gradients`. */
  readonly scratchPerRow: number;
  /** Called once a round for each row, before `gradients`. */
  beginRound(margins: Float64Array, rows: Int32Array, scratch: Float64Array): void;
  /** Writes {gradient, hessian} of output k of each row to `pairs[2 * row]`. */
  gradients(
    margins: Float64Array,
    k: number,
    rows: Int32Array,
    pairs: Float64Array,
    scratch: Float64Array,
  ): void;
  /** Weighted mean loss: squared error or log loss. */
  loss(margins: Float64Array, rows: Int32Array): number;
}

export function objectiveOf({
  classes,
  target,
  weights,
}: {
  /** 0 for regression. */
  readonly classes: number;
  readonly target: Float64Array;
  readonly weights: Float64Array | null;
}): Objective {
  if (classes === 0) return squaredError(target, weights);
  return classes === 2 ? binaryLogLoss(target, weights) : softmaxLogLoss(target, weights, classes);
}

/** @param weights of each row; null: 1 */
function squaredError(y: Float64Array, weights: Float64Array | null): Objective {
  return {
    outputs: 1,
    scratchPerRow: 0,
    base: (rows) => Float64Array.of(weightedMean(y, weights, rows)),
    beginRound() {},
    gradients(margins, _k, rows, pairs) {
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i]!;
        const weight = weights ? weights[row]! : 1;
        pairs[2 * row] = weight * (margins[row]! - y[row]!);
        pairs[2 * row + 1] = weight;
      }
    },
    loss: (margins, rows) => weightedSum(weights, rows, (row) => (margins[row]! - y[row]!) ** 2),
  };
}

/** @param y 0 or 1 */
function binaryLogLoss(y: Float64Array, weights: Float64Array | null): Objective {
  return {
    outputs: 1,
    scratchPerRow: 0,
    base(rows) {
      const share = Math.min(Math.max(weightedMean(y, weights, rows), 1e-6), 1 - 1e-6);
      return Float64Array.of(Math.log(share / (1 - share)));
    },
    beginRound() {},
    gradients(margins, _k, rows, pairs) {
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i]!;
        const p = 1 / (1 + Math.exp(-margins[row]!));
        const weight = weights ? weights[row]! : 1;
        pairs[2 * row] = weight * (p - y[row]!);
        pairs[2 * row + 1] = weight * Math.max(p * (1 - p), 1e-16);
      }
    },
    loss: (margins, rows) =>
      weightedSum(weights, rows, (row) => {
        const margin = margins[row]!;
        return Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(margin, 0) - y[row]! * margin;
      }),
  };
}

/** @param y class of each row, 0 … classes − 1 */
function softmaxLogLoss(y: Float64Array, weights: Float64Array | null, classes: number): Objective {
  return {
    outputs: classes,
    scratchPerRow: classes,
    base(rows) {
      const sums = new Float64Array(classes);
      let total = 0;
      for (const row of rows) {
        const weight = weights ? weights[row]! : 1;
        sums[y[row]!]! += weight;
        total += weight;
      }
      return sums.map((sum) => Math.log(Math.max(sum / total, 1e-6)));
    },
    beginRound(margins, rows, probabilities) {
      for (let i = 0; i < rows.length; i++) softmaxRow(margins, rows[i]! * classes, classes, probabilities);
    },
    gradients(_margins, k, rows, pairs, probabilities) {
      // Friedman's K / (K − 1): the classes' margins move together, so each hessian alone is too small a curve.
      const factor = classes / (classes - 1);
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i]!;
        const p = probabilities[row * classes + k]!;
        const weight = weights ? weights[row]! : 1;
        pairs[2 * row] = weight * (p - (y[row] === k ? 1 : 0));
        pairs[2 * row + 1] = weight * Math.max(p * (1 - p) * factor, 1e-16);
      }
    },
    loss: (margins, rows) =>
      weightedSum(weights, rows, (row) => {
        const first = row * classes;
        let highest = Number.NEGATIVE_INFINITY;
        for (let k = 0; k < classes; k++) highest = Math.max(highest, margins[first + k]!);
        let sum = 0;
        for (let k = 0; k < classes; k++) sum += Math.exp(margins[first + k]! - highest);
        return Math.log(sum) + highest - margins[first + y[row]!]!;
      }),
  };
}

function softmaxRow(margins: Float64Array, first: number, classes: number, out: Float64Array): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) highest = Math.max(highest, margins[first + k]!);
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    const e = Math.exp(margins[first + k]! - highest);
    out[first + k] = e;
    sum += e;
  }
  for (let k = 0; k < classes; k++) out[first + k]! /= sum;
}

function weightedMean(y: Float64Array, weights: Float64Array | null, rows: Int32Array): number {
  return weightedSum(weights, rows, (row) => y[row]!);
}

/** Σ weight · term / Σ weight. */
function weightedSum(weights: Float64Array | null, rows: Int32Array, term: (row: number) => number): number {
  let sum = 0;
  let total = 0;
  for (const row of rows) {
    const weight = weights ? weights[row]! : 1;
    sum += weight * term(row);
    total += weight;
  }
  return sum / total;
}
