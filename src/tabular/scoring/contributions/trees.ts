import type { TreesEstimator } from '../../document.ts';
import { featureEncoder } from '../trees.ts';
import type { ScoreExplainer } from './explainer.ts';
import { TreePaths } from './tree-paths.ts';

/**
 * Shapley values of the columns, exact, where a column that is not known sends a row down both sides of a split in the
 * proportion of the training rows: path-dependent TreeSHAP (Lundberg, Erion & Lee, 2018, algorithm 2). A column of which
 * several features are made, as a date is, is one player. Null: of a model that was made before it was kept how many
 * rows its nodes had.
 */
export function treesExplainer(estimator: TreesEstimator): ScoreExplainer | null {
  if (!estimator.cover) return null;
  const trees = new CoveredTrees(estimator, estimator.cover);
  const encoders = estimator.encoders.map(featureEncoder);
  const { roots } = estimator;
  const outputs = estimator.base.length;
  const base = [...estimator.base];
  roots.forEach((root, tree) => {
    base[tree % outputs]! += trees.meanOf(root);
  });
  return {
    base,
    read(inputs) {
      const features = encoders.map((encode) => encode(inputs, null));
      return function* explain(row, output, weight, sums) {
        const values = Float64Array.from(features, (column) => column[row]!);
        for (let tree = output; tree < roots.length; tree += outputs) {
          trees.add(roots[tree]!, values, weight, sums);
          yield;
        }
      };
    },
  };
}

class CoveredTrees {
  readonly #feature: Int32Array;
  readonly #threshold: Float64Array;
  readonly #right: Int32Array;
  readonly #missingLeft: Uint8Array;
  readonly #cover: Float64Array;
  /** The column that each feature is made of. */
  readonly #columns: Int32Array;
  readonly #paths: TreePaths;
  #values: Float64Array = new Float64Array();
  #weight = 0;
  #sums: Float64Array = new Float64Array();

  constructor(
    { roots, feature, threshold, right, missingLeft, encoders }: TreesEstimator,
    cover: readonly number[],
  ) {
    this.#feature = Int32Array.from(feature);
    this.#threshold = Float64Array.from(threshold);
    this.#right = Int32Array.from(right);
    this.#missingLeft = Uint8Array.from(missingLeft);
    this.#cover = Float64Array.from(cover);
    this.#columns = Int32Array.from(encoders, ({ input }) => input);
    this.#paths = new TreePaths(roots.reduce((deepest, root) => Math.max(deepest, this.#depthOf(root)), 0));
  }

  /** Of the leaves' values, each as often as it has rows. */
  meanOf(node: number): number {
    if (this.#feature[node]! < 0) return this.#threshold[node]!;
    const [left, right] = [node + 1, this.#right[node]!];
    return this.#share(left, node) * this.meanOf(left) + this.#share(right, node) * this.meanOf(right);
  }

  /** @param values of the row's features */
  add(root: number, values: Float64Array, weight: number, sums: Float64Array): void {
    this.#values = values;
    this.#weight = weight;
    this.#sums = sums;
    this.#walk(root, 0, 0, 1, 1, -1);
  }

  /**
   * @param length of the path that led here, in columns
   * @param unknown share of the rows that come here where `column`, by which the path last went on, is not known
   * @param known whether the row comes here where it is: 1 or 0
   */
  #walk(node: number, depth: number, length: number, unknown: number, known: number, column: number): void {
    // Nobody comes here, whatever is known.
    if (unknown === 0 && known === 0) return;
    const paths = this.#paths;
    paths.extend(depth, length, unknown, known, column);
    const feature = this.#feature[node]!;
    if (feature < 0) {
      paths.addLeaf(depth, length, this.#weight * this.#threshold[node]!, this.#sums);
      return;
    }
    const next = this.#columns[feature]!;
    const before = paths.find(depth, length, next);
    const unknownBefore = before > 0 ? paths.unknownAt(depth, before) : 1;
    const knownBefore = before > 0 ? paths.knownAt(depth, before) : 1;
    if (before > 0) paths.takeOut(depth, length, before);
    const longer = before > 0 ? length : length + 1;
    const [left, right] = [node + 1, this.#right[node]!];
    const own = this.#goesLeft(feature, node) ? left : right;
    const other = own === left ? right : left;
    this.#walk(own, depth + 1, longer, this.#share(own, node) * unknownBefore, knownBefore, next);
    this.#walk(other, depth + 1, longer, this.#share(other, node) * unknownBefore, 0, next);
  }

  #goesLeft(feature: number, node: number): boolean {
    const value = this.#values[feature]!;
    return Number.isNaN(value) ? this.#missingLeft[node] === 1 : value <= this.#threshold[node]!;
  }

  #share(child: number, parent: number): number {
    return this.#cover[child]! / this.#cover[parent]!;
  }

  #depthOf(node: number): number {
    if (this.#feature[node]! < 0) return 0;
    return 1 + Math.max(this.#depthOf(node + 1), this.#depthOf(this.#right[node]!));
  }
}
