import { copyNodes, emptyNodes, firstNodes, type Tree } from './tree.ts';

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
