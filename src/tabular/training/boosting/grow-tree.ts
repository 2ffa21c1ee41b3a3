import { MAX_SEED, type Random } from '../random.ts';
import type { BinnedMatrix } from './matrix.ts';
import { emptyNodes, firstNodes, type Tree } from './tree.ts';
import type { WorkerPool } from './worker-pool.ts';
import { histogramBytes, type Workspace } from './workspace.ts';

export interface TreeSettings {
  readonly leaves: number;
  readonly minLeafRows: number;
  readonly l2: number;
  /** Share of the columns a tree may use. */
  readonly featureFraction: number;
  /** Whether a split looks at one random cut of each column only: extremely randomised trees. */
  readonly extraTrees: boolean;
}

const MIN_GAIN = 1e-7;

interface Leaf {
  node: number;
  /** Position of its first row in the workspace's rows. */
  start: number;
  count: number;
  gradient: number;
  hessian: number;
  /** Address of its histogram. */
  histogram: number;
  split: SplitCandidate | null;
}

interface SplitCandidate {
  readonly gain: number;
  readonly gradient: number;
  readonly hessian: number;
  readonly feature: number;
  readonly bin: number;
  readonly missingLeft: number;
}

/**
 * Grows regression trees on gradients, best leaf first (LightGBM's leaf-wise growth; Ke et al., 2017): each split
 * builds the smaller child's histogram and gets the other by subtraction.
 */
export class TreeGrower {
  readonly #workers: WorkerPool;
  readonly #memory: WebAssembly.Memory;
  readonly #matrix: BinnedMatrix;
  readonly #space: Workspace;
  readonly #rows: Int32Array;
  readonly #table: Uint32Array;
  readonly #resultNumbers: Float64Array;
  readonly #resultCodes: Uint32Array;
  /** Matrix columns that have bins to part. */
  readonly #usable: Int32Array;
  /** The first so many of `#usable` are in the feature table, in that order. */
  #features = 0;
  /** Written while a tree grows. */
  #draft = emptyNodes(0);
  #histogramBytes = 0;

  constructor(workers: WorkerPool, memory: WebAssembly.Memory, matrix: BinnedMatrix, space: Workspace) {
    this.#workers = workers;
    this.#memory = memory;
    this.#matrix = matrix;
    this.#space = space;
    this.#rows = new Int32Array(memory.buffer, space.rows, matrix.rows);
    this.#usable = Int32Array.from(matrix.columns.keys()).filter((f) => matrix.columns[f]!.bins > 0);
    this.#table = new Uint32Array(memory.buffer, space.table, 4 * matrix.columns.length);
    this.#resultNumbers = new Float64Array(memory.buffer, space.result, 3);
    this.#resultCodes = new Uint32Array(memory.buffer, space.result + 24, 3);
  }

  /** Puts the rows to learn from into the workspace, where their gradients are looked for. */
  take(rows: Int32Array): void {
    this.#rows.set(rows);
  }

  /**
   * @param count of the rows taken, whose {gradient, hessian} are in the workspace's pairs
   * @param onLeaf called for each leaf with its value and its rows (a view, valid during the call)
   * @returns a view, valid until the next call
   */
  grow(
    count: number,
    settings: TreeSettings,
    random: Random,
    onLeaf: (value: number, rows: Int32Array) => void,
  ): Tree {
    this.#chooseFeatures(settings, random);
    if (this.#draft.feature.length < 2 * settings.leaves - 1)
      this.#draft = emptyNodes(2 * settings.leaves - 1);
    const tree = this.#draft;
    tree.feature[0] = -1;
    const leaves = [this.#rootLeaf(count, settings, random)];
    let nodes = 1;
    while (leaves.length < settings.leaves) {
      const position = bestLeaf(leaves);
      if (position < 0) break;
      const parent = leaves[position]!;
      const [left, right] = this.#divide(parent, parent.split!, tree, nodes);
      nodes += 2;
      leaves[position] = left;
      leaves.push(right);
      if (leaves.length < settings.leaves) {
        this.#prepareChildren(parent, left, right, leaves.length - 1, settings, random);
      }
    }
    for (const leaf of leaves) {
      const value = -leaf.gradient / (leaf.hessian + settings.l2);
      tree.value[leaf.node] = value;
      tree.cover[leaf.node] = leaf.count;
      onLeaf(value, this.#rows.subarray(leaf.start, leaf.start + leaf.count));
    }
    return firstNodes(tree, nodes);
  }

  #chooseFeatures({ leaves, featureFraction }: TreeSettings, random: Random): void {
    const usable = this.#usable;
    const wanted = Math.max(1, Math.round(usable.length * featureFraction));
    // With all wanted and taken, the table stands from the tree before. Else the first of a shuffle are taken, as many
    // as wanted or as there is room for.
    if (wanted === usable.length && this.#features === wanted) return;
    if (wanted < usable.length || !this.#hasRoomForAll(leaves)) {
      for (let i = 0; i < wanted; i++) {
        const j = i + Math.floor(random() * (usable.length - i));
        const kept = usable[i]!;
        usable[i] = usable[j]!;
        usable[j] = kept;
      }
    }
    let count = 0;
    let offset = 0;
    for (; count < wanted; count++) {
      const { address, bins } = this.#matrix.columns[usable[count]!]!;
      const next = offset + histogramBytes(bins);
      if (next * leaves > this.#space.histogramsBytes) break;
      this.#table[4 * count] = address;
      this.#table[4 * count + 1] = offset;
      this.#table[4 * count + 2] = bins;
      offset = next;
    }
    this.#features = count;
    this.#histogramBytes = offset;
  }

  #hasRoomForAll(leaves: number): boolean {
    const one = this.#matrix.columns.reduce((sum, { bins }) => sum + histogramBytes(bins), 0);
    return one * leaves <= this.#space.histogramsBytes;
  }

  #rootLeaf(count: number, settings: TreeSettings, random: Random): Leaf {
    const { rows, pairs, orderedPairs, histograms } = this.#space;
    this.#workers.kernel.gather(rows, count, pairs, orderedPairs);
    const ordered = new Float64Array(this.#memory.buffer, orderedPairs, 2 * count);
    let gradient = 0;
    let hessian = 0;
    for (let i = 0; i < ordered.length; i += 2) {
      gradient += ordered[i]!;
      hessian += ordered[i + 1]!;
    }
    const leaf: Leaf = { node: 0, start: 0, count, gradient, hessian, histogram: histograms, split: null };
    if (count >= 2 * settings.minLeafRows) {
      this.#fillHistogram(leaf, true);
      leaf.split = this.#findSplit(leaf, settings, random);
    }
    return leaf;
  }

  #fillHistogram(leaf: Leaf, isOrdered = false): void {
    const { rows, pairs, orderedPairs } = this.#space;
    const from = rows + 4 * leaf.start;
    if (!isOrdered) this.#workers.kernel.gather(from, leaf.count, pairs, orderedPairs);
    this.#workers.histogram(this.#features, from, leaf.count, leaf.histogram);
  }

  #findSplit(
    leaf: Leaf,
    { minLeafRows, l2, extraTrees }: TreeSettings,
    random: Random,
  ): SplitCandidate | null {
    // Histograms hold no counts; a side's rows are taken to be as many as its share of the hessian (as LightGBM).
    const least = Math.max(1e-3, (minLeafRows * leaf.hessian) / leaf.count);
    this.#workers.kernel.bestSplit(
      this.#space.table,
      this.#features,
      leaf.histogram,
      leaf.gradient,
      leaf.hessian,
      l2,
      least,
      MIN_GAIN,
      extraTrees ? 1 + Math.floor(random() * MAX_SEED) : 0,
      this.#space.result,
    );
    const numbers = this.#resultNumbers;
    const codes = this.#resultCodes;
    if (numbers[0] === 0) return null;
    return {
      gain: numbers[0]!,
      gradient: numbers[1]!,
      hessian: numbers[2]!,
      feature: this.#usable[codes[0]!]!,
      bin: codes[1]!,
      missingLeft: codes[2]!,
    };
  }

  /** Splits a leaf's rows and writes its node; the children have no histograms yet. */
  #divide(parent: Leaf, split: SplitCandidate, tree: Tree, nodes: number): [Leaf, Leaf] {
    const { address, bins } = this.#matrix.columns[split.feature]!;
    const { rows, scratchRows } = this.#space;
    const count = this.#workers.kernel.partition(
      address,
      rows + 4 * parent.start,
      parent.count,
      split.bin,
      bins,
      split.missingLeft,
      scratchRows,
    );
    const { node } = parent;
    tree.feature[node] = split.feature;
    tree.bin[node] = split.bin;
    tree.missingLeft[node] = split.missingLeft;
    tree.left[node] = nodes;
    tree.right[node] = nodes + 1;
    tree.gain[node] = split.gain;
    tree.cover[node] = parent.count;
    tree.feature[nodes] = -1;
    tree.feature[nodes + 1] = -1;
    const common = { histogram: 0, split: null };
    return [
      {
        ...common,
        node: nodes,
        start: parent.start,
        count,
        gradient: split.gradient,
        hessian: split.hessian,
      },
      {
        ...common,
        node: nodes + 1,
        start: parent.start + count,
        count: parent.count - count,
        gradient: parent.gradient - split.gradient,
        hessian: parent.hessian - split.hessian,
      },
    ];
  }

  /** The smaller child gets histogram number `fresh`, the larger one takes its parent's over. */
  #prepareChildren(
    parent: Leaf,
    left: Leaf,
    right: Leaf,
    fresh: number,
    settings: TreeSettings,
    random: Random,
  ): void {
    const [smaller, larger] = left.count <= right.count ? [left, right] : [right, left];
    if (larger.count < 2 * settings.minLeafRows) return;
    smaller.histogram = this.#space.histograms + fresh * this.#histogramBytes;
    larger.histogram = parent.histogram;
    this.#fillHistogram(smaller);
    this.#workers.kernel.subtract(larger.histogram, smaller.histogram, this.#histogramBytes);
    larger.split = this.#findSplit(larger, settings, random);
    if (smaller.count >= 2 * settings.minLeafRows) smaller.split = this.#findSplit(smaller, settings, random);
  }
}

function bestLeaf(leaves: readonly Leaf[]): number {
  let best = -1;
  let gain = 0;
  leaves.forEach(({ split }, position) => {
    if (split && split.gain > gain) {
      gain = split.gain;
      best = position;
    }
  });
  return best;
}
