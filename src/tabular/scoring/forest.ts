import type { TreesEstimator } from '../document.ts';
import { binAssigner, MAX_BINS } from './bins.ts';

/** Rows that pass through all trees together: their bins stay in the first-level cache. */
const BLOCK_ROWS = 512;

/** The trees of a model laid out for scoring many rows at once: by bins instead of thresholds. */
export interface Forest {
  /** Adds every tree's values to `scores[row * outputs + k]`; `features[f][row]`, NaN is missing. */
  addTo(features: readonly Float64Array[], scores: Float64Array): void;
}

/** Null when a feature has more cut points than bins can tell apart: no model of ours, but a document may say so. */
export function createForest(estimator: TreesEstimator): Forest | null {
  const edges = cutPoints(estimator);
  if (edges.some((cuts) => cuts.length >= MAX_BINS)) return null;
  const outputs = estimator.base.length;
  const nodes = packNodes(estimator, edges);
  const values = Float64Array.from(estimator.threshold);
  const assigners = edges.map(binAssigner);
  const bins = new Uint8Array(Math.max(1, edges.length) * BLOCK_ROWS);
  return {
    addTo(features, scores) {
      const count = scores.length / outputs;
      for (let start = 0; start < count; start += BLOCK_ROWS) {
        const rows = Math.min(BLOCK_ROWS, count - start);
        features.forEach((column, f) => {
          const block = bins.subarray(f * BLOCK_ROWS, f * BLOCK_ROWS + rows);
          assigners[f]!(column.subarray(start, start + rows), null, block);
        });
        const sums = scores.subarray(start * outputs, (start + rows) * outputs);
        estimator.roots.forEach((root, tree) => {
          addLeaves(nodes, values, bins, root * WORDS, rows, sums, tree % outputs, outputs);
        });
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

/**
 * A node is four words: where its feature's bins begin; the last bin that goes left, and in the upper half the bin of
 * missing values if those go left, else one that never occurs; its left and its right child, as positions of words.
 * Both children of a leaf are itself.
 */
const WORDS = 4;
const NO_BIN = 0xffff;

function packNodes(
  { roots, feature, threshold, right, missingLeft }: TreesEstimator,
  edges: readonly Float64Array[],
): Int32Array {
  const binOf = edges.map((cuts) => new Map(Array.from(cuts, (cut, bin) => [cut, bin])));
  const nodes = new Int32Array(feature.length * WORDS);
  const write = (node: number, column: number, bin: number, missing: number, left: number, other: number) =>
    nodes.set([column, bin | (missing << 16), left * WORDS, other * WORDS], node * WORDS);
  roots.forEach((root, tree) => {
    const end = roots[tree + 1] ?? feature.length;
    for (let node = root; node < end; node++) {
      const f = feature[node]!;
      if (f < 0) {
        write(node, 0, 0, NO_BIN, node, node);
        continue;
      }
      const bin = binOf[f]!.get(threshold[node]!) ?? edges[f]!.length;
      const missing = missingLeft[node] ? edges[f]!.length + 1 : NO_BIN;
      write(node, f * BLOCK_ROWS, bin, missing, node + 1, right[node]!);
    }
  });
  return nodes;
}

/**
 * Adds the value of the leaf each row falls into to `sums[row * outputs + output]`. In plain JavaScript: a tenth
 * slower than in WebAssembly, whose memory would take 8 GB of address space in every process that scores.
 */
function addLeaves(
  nodes: Int32Array,
  values: Float64Array,
  bins: Uint8Array,
  root: number,
  rows: number,
  sums: Float64Array,
  output: number,
  outputs: number,
): void {
  let row = 0;
  // Four rows at a time and no branch on the comparison: their chains of loads overlap.
  for (; row + 4 <= rows; row += 4) {
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    for (;;) {
      const nextA = child(nodes, bins, a, row);
      const nextB = child(nodes, bins, b, row + 1);
      const nextC = child(nodes, bins, c, row + 2);
      const nextD = child(nodes, bins, d, row + 3);
      if (((nextA ^ a) | (nextB ^ b) | (nextC ^ c) | (nextD ^ d)) === 0) break;
      a = nextA;
      b = nextB;
      c = nextC;
      d = nextD;
    }
    const at = row * outputs + output;
    sums[at]! += values[a / WORDS]!;
    sums[at + outputs]! += values[b / WORDS]!;
    sums[at + 2 * outputs]! += values[c / WORDS]!;
    sums[at + 3 * outputs]! += values[d / WORDS]!;
  }
  for (; row < rows; row++) {
    let node = root;
    for (let next = child(nodes, bins, node, row); next !== node; next = child(nodes, bins, node, row))
      node = next;
    sums[row * outputs + output]! += values[node / WORDS]!;
  }
}

function child(nodes: Int32Array, bins: Uint8Array, node: number, row: number): number {
  const bin = bins[nodes[node]! + row]!;
  const rule = nodes[node + 1]!;
  const goesLeft = Number(bin <= (rule & 0xffff)) | Number(bin === rule >>> 16);
  return nodes[node + 3 - goesLeft]!;
}
