import type { LinearEstimator } from '../document.ts';
import { type Design, designEncoder, featureCount } from './design.ts';
import type { ScoreFunction } from './score-function.ts';

/** Rows handled at once: a block of a column stays in the first-level cache between two passes over it. */
export const BLOCK_ROWS = 1024;

/** A function to raw scores, row by row: `scores[i * outputs + k]`. */
export function linearScores(estimator: LinearEstimator): ScoreFunction {
  const encode = designEncoder(estimator.encoders);
  const weights = estimator.weights.map((row) => Float64Array.from(row));
  const { intercepts } = estimator;
  return (inputs, rows) => scoreDesign(encode(inputs, rows), weights, intercepts);
}

/** A function to the models of one column alone, by its position: their scores and the intercepts sum to the whole's. */
export function columnParts({
  encoders,
  weights,
  intercepts,
}: LinearEstimator): (column: number) => LinearEstimator {
  let end = 0;
  const ranges = encoders.map((encoder) => {
    const start = end;
    end += featureCount(encoder);
    return { encoder, start, end };
  });
  const byColumn = Map.groupBy(ranges, ({ encoder }) => encoder.input);
  return (column) => {
    const own = byColumn.get(column) ?? [];
    return {
      kind: 'linear',
      encoders: own.map(({ encoder }) => encoder),
      weights: weights.map((row) => own.flatMap((range) => row.slice(range.start, range.end))),
      intercepts: intercepts.map(() => 0),
    };
  };
}

function scoreDesign(
  design: Design,
  weights: readonly Float64Array[],
  intercepts: readonly number[],
): Float64Array {
  const outputs = weights.length;
  const scores = new Float64Array(design.rows * outputs);
  const block = new Float64Array(Math.min(BLOCK_ROWS, design.rows));
  weights.forEach((row, k) => {
    for (let start = 0; start < design.rows; start += BLOCK_ROWS) {
      const end = Math.min(start + BLOCK_ROWS, design.rows);
      block.fill(intercepts[k]!);
      addScores(design, row, start, end, block);
      for (let i = start; i < end; i++) scores[i * outputs + k] = block[i - start]!;
    }
  });
  return scores;
}

/** Adds Σ weights[j] · feature j of the rows `start` … `end` − 1 to `block`. */
export function addScores(
  design: Design,
  weights: Float64Array,
  start: number,
  end: number,
  block: Float64Array,
): void {
  const { dense, hot } = design;
  const rows = end - start;
  let c = 0;
  // Four columns a pass save three of four reads and writes of `block`.
  for (; c + 4 <= dense.length; c += 4) {
    const [a, b, d, e] = [dense[c]!, dense[c + 1]!, dense[c + 2]!, dense[c + 3]!];
    const [va, vb, vd, ve] = [a.values, b.values, d.values, e.values];
    const wa = weights[a.index]!;
    const wb = weights[b.index]!;
    const wd = weights[d.index]!;
    const we = weights[e.index]!;
    for (let i = 0; i < rows; i++) {
      const r = start + i;
      block[i] = block[i]! + wa * va[r]! + wb * vb[r]! + wd * vd[r]! + we * ve[r]!;
    }
  }
  for (; c < dense.length; c++) {
    const { index, values } = dense[c]!;
    const weight = weights[index]!;
    for (let i = 0; i < rows; i++) block[i]! += weight * values[start + i]!;
  }
  for (const { codes } of hot) {
    for (let i = 0; i < rows; i++) {
      const code = codes[start + i]!;
      if (code >= 0) block[i]! += weights[code]!;
    }
  }
}
