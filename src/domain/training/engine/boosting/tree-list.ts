import type { Tree } from './grow-tree.ts';

/**
 * Trees one after the other in few long arrays: thousands of small trees as objects would take a hundred times the
 * memory. Tree t has the nodes `roots[t]` … `roots[t + 1]` − 1; `left` and `right` count from its root.
 */
export interface TreeList extends Tree {
  /** One more than there are trees. */
  readonly roots: Int32Array;
}

const FIRST_NODES = 1024;

/** Collects trees; what it made so far is doubled when it is full. */
export class TreeListBuilder {
  readonly #roots: number[] = [0];
  #nodes = emptyNodes(FIRST_NODES);

  /** Copies the tree. */
  add(tree: Tree): void {
    const at = this.#roots.at(-1)!;
    const end = at + tree.feature.length;
    if (end > this.#nodes.feature.length) {
      const grown = emptyNodes(Math.max(end, 2 * this.#nodes.feature.length));
      copyNodes(this.#nodes, grown, 0);
      this.#nodes = grown;
    }
    copyNodes(tree, this.#nodes, at);
    this.#roots.push(end);
  }

  finish(): TreeList {
    const out = emptyNodes(this.#roots.at(-1)!);
    copyNodes(firstNodes(this.#nodes, out.feature.length), out, 0);
    return { roots: Int32Array.from(this.#roots), ...out };
  }
}

export function emptyNodes(count: number): Tree {
  return {
    feature: new Int32Array(count),
    bin: new Uint8Array(count),
    missingLeft: new Uint8Array(count),
    left: new Int32Array(count),
    right: new Int32Array(count),
    value: new Float64Array(count),
    gain: new Float64Array(count),
  };
}

/** A view of the first nodes. */
export function firstNodes(tree: Tree, count: number): Tree {
  return {
    feature: tree.feature.subarray(0, count),
    bin: tree.bin.subarray(0, count),
    missingLeft: tree.missingLeft.subarray(0, count),
    left: tree.left.subarray(0, count),
    right: tree.right.subarray(0, count),
    value: tree.value.subarray(0, count),
    gain: tree.gain.subarray(0, count),
  };
}

function copyNodes(from: Tree, to: Tree, at: number): void {
  to.feature.set(from.feature, at);
  to.bin.set(from.bin, at);
  to.missingLeft.set(from.missingLeft, at);
  to.left.set(from.left, at);
  to.right.set(from.right, at);
  to.value.set(from.value, at);
  to.gain.set(from.gain, at);
}
