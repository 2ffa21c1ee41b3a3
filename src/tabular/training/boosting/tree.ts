/** Node 0 is the root; `feature` −1 marks a leaf. Values are unscaled by any learning rate. */
export interface Tree {
  readonly feature: Int32Array;
  /** Bins up to this one go left. */
  readonly bin: Uint8Array;
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly value: Float64Array;
  readonly gain: Float64Array;
  /** How many rows came to the node. */
  readonly cover: Int32Array;
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
    cover: new Int32Array(count),
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
    cover: tree.cover.subarray(0, count),
  };
}

export function copyNodes(from: Tree, to: Tree, at: number): void {
  to.feature.set(from.feature, at);
  to.bin.set(from.bin, at);
  to.missingLeft.set(from.missingLeft, at);
  to.left.set(from.left, at);
  to.right.set(from.right, at);
  to.value.set(from.value, at);
  to.gain.set(from.gain, at);
  to.cover.set(from.cover, at);
}
