import type { TreesEstimator } from '../document.ts';
import { Arena } from '../kernel/arena.ts';
import { bindKernel, type Kernel, NODE_BYTES, NodeWriter } from '../kernel/kernel.ts';
import { binAssigner, MAX_BINS } from './bins.ts';

/** Rows that pass through all trees together: their bins stay in the first-level cache. */
const BLOCK_ROWS = 512;

/** The trees of a model in the kernel's memory, for scoring many rows at once. */
export interface Forest {
  /** Adds every tree's values to `scores[row * outputs + k]`; `features[f][row]`, NaN is missing. */
  addTo(features: readonly Float64Array[], scores: Float64Array): void;
}

/** Null when a feature has more cut points than bins can tell apart: no model of ours, but a document may say so. */
export function createForest(estimator: TreesEstimator): Forest | null {
  const edges = cutPoints(estimator);
  if (edges.some((cuts) => cuts.length >= MAX_BINS)) return null;
  const arena = new Arena();
  const columns = edges.map(() => arena.allocate(BLOCK_ROWS));
  const nodes = arena.allocate(estimator.feature.length * NODE_BYTES);
  const outputs = estimator.base.length;
  const out = arena.allocate(BLOCK_ROWS * outputs * 8);
  writeTrees(estimator, edges, columns, new NodeWriter(arena.memory, nodes, estimator.feature.length));
  const kernel: Kernel = bindKernel(arena.memory);
  const assigners = edges.map(binAssigner);
  const { buffer } = arena.memory;
  return {
    addTo(features, scores) {
      const count = scores.length / outputs;
      for (let start = 0; start < count; start += BLOCK_ROWS) {
        const rows = Math.min(BLOCK_ROWS, count - start);
        features.forEach((values, f) => {
          const block = values.subarray(start, start + rows);
          assigners[f]!(block, null, new Uint8Array(buffer, columns[f]!, rows));
        });
        const sums = new Float64Array(buffer, out, rows * outputs);
        sums.set(scores.subarray(start * outputs, (start + rows) * outputs));
        estimator.roots.forEach((root, tree) => {
          kernel.addLeaves(nodes + root * NODE_BYTES, 0, rows, out + 8 * (tree % outputs), 8 * outputs);
        });
        scores.set(sums, start * outputs);
      }
    },
  };
}

/** The distinct thresholds of each feature, ascending; without the one no number is above. */
function cutPoints({ encoders, feature, threshold }: TreesEstimator): Float64Array[] {
  const cuts = encoders.map(() => new Set<number>());
  feature.forEach((f, node) => {
    if (f >= 0 && threshold[node]! < Number.MAX_VALUE) cuts[f]!.add(threshold[node]!);
  });
  return cuts.map((values) => Float64Array.from(values).sort());
}

function writeTrees(
  { roots, feature, threshold, right, missingLeft }: TreesEstimator,
  edges: readonly Float64Array[],
  columns: readonly number[],
  writer: NodeWriter,
): void {
  const binOf = edges.map((cuts) => new Map(Array.from(cuts, (cut, bin) => [cut, bin])));
  roots.forEach((root, tree) => {
    const end = roots[tree + 1] ?? feature.length;
    for (let node = root; node < end; node++) {
      const f = feature[node]!;
      if (f < 0) {
        writer.leaf(node, root, columns[0] ?? 0, threshold[node]!);
        continue;
      }
      const missing = edges[f]!.length + 1;
      const by = {
        column: columns[f]!,
        bin: binOf[f]!.get(threshold[node]!) ?? edges[f]!.length,
        missing,
        missingLeft: missingLeft[node]!,
      };
      writer.split(node, root, by, node + 1, right[node]!);
    }
  });
}
