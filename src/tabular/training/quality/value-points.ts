import type { RegressionEvaluation, Residuals } from '../../evaluation/points.ts';
import { createRandom, sample } from '../random.ts';
import { quantile } from './quantile.ts';

const MAX_PREDICTIONS = 500;
/** Between the outermost two. */
const INNER_BINS = 20;
/** The outermost bins' shares of the rows: what lies far out is not to make all others narrow. */
const TAIL = 0.01;
const QUANTILES = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];

export function evaluateValues(
  actual: Float64Array,
  predicted: Float64Array,
  seed: number,
): RegressionEvaluation {
  const rows = Int32Array.from(actual.keys());
  const shown = [...sample(rows, MAX_PREDICTIONS, createRandom(seed, 'evaluation'))];
  return {
    task: 'regression',
    n_test: actual.length,
    residuals: describeResiduals(actual.map((value, row) => value - predicted[row]!)),
    predictions: {
      y_true: shown.map((row) => actual[row]!),
      y_pred: shown.map((row) => predicted[row]!),
    },
  };
}

function describeResiduals(residuals: Float64Array): Residuals {
  const sorted = residuals.toSorted();
  const [low, high] = [quantile(sorted, TAIL), quantile(sorted, 1 - TAIL)];
  const inner = Array.from({ length: INNER_BINS }, (_, i) => low + ((high - low) * i) / INNER_BINS);
  const edges = [...new Set([sorted[0]!, ...inner, high, sorted.at(-1)!])];
  // All are the same.
  if (edges.length === 1) edges.push(edges[0]!);
  const counts = new Array<number>(edges.length - 1).fill(0);
  let bin = 0;
  for (const residual of sorted) {
    while (bin < counts.length - 1 && residual >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return {
    mean: residuals.reduce((sum, residual) => sum + residual, 0) / residuals.length,
    histogram: { bin_edges: edges, counts },
    quantiles: { q: QUANTILES, values: QUANTILES.map((q) => quantile(sorted, q)) },
  };
}
