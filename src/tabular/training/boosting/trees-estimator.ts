import type { TreesEstimator } from '../../document.ts';
import type { BoostedTrees } from './boost.ts';
import type { PartFeatures, PreparedTable } from './prepare.ts';
import type { TreeList } from './tree-list.ts';

/** A threshold every present value stays under; JSON has no infinity. */
const ABOVE_ALL = Number.MAX_VALUE;

export interface TreesOptions {
  /** How many to keep; default: all. */
  readonly rounds?: number;
  /** Of the models, of sum 1; default: all the same. */
  readonly weights?: readonly number[];
}

/**
 * Boosted trees as part of a model document: bins become cut points, standardised values the target's unit.
 * Several boosted models become their mean, weighted.
 */
export function treesEstimator(
  models: readonly BoostedTrees[],
  { encoders, edges }: PartFeatures,
  { mean, unit }: Pick<PreparedTable, 'mean' | 'unit'>,
  { rounds = Number.POSITIVE_INFINITY, weights = models.map(() => 1 / models.length) }: TreesOptions = {},
): TreesEstimator {
  const outputs = models[0]!.base.length;
  const nodes = {
    roots: [] as number[],
    feature: [] as number[],
    threshold: [] as number[],
    right: [] as number[],
    missingLeft: [] as number[],
    cover: [] as number[],
  };
  for (const [m, { trees }] of models.entries()) {
    const count = Math.min(trees.roots.length - 1, rounds * outputs);
    for (let tree = 0; tree < count; tree++) {
      nodes.roots.push(nodes.feature.length);
      append(nodes, trees, trees.roots[tree]!, 0, edges, weights[m]! * unit);
    }
  }
  const base = Array.from(
    { length: outputs },
    (_, k) => mean + models.reduce((sum, model, m) => sum + model.base[k]! * weights[m]! * unit, 0),
  );
  return { kind: 'trees', encoders, base, ...nodes };
}

type Nodes = Record<'feature' | 'threshold' | 'right' | 'missingLeft' | 'cover', number[]>;

/** In preorder: the node, its left side, its right side. */
function append(
  nodes: Nodes,
  trees: TreeList,
  root: number,
  node: number,
  edges: readonly Float64Array[],
  scale: number,
): void {
  const at = root + node;
  const feature = trees.feature[at]!;
  const position = nodes.feature.length;
  nodes.feature.push(feature);
  nodes.right.push(0);
  nodes.cover.push(trees.cover[at]!);
  if (feature < 0) {
    nodes.threshold.push(trees.value[at]! * scale);
    nodes.missingLeft.push(0);
    return;
  }
  nodes.threshold.push(edges[feature]![trees.bin[at]!] ?? ABOVE_ALL);
  nodes.missingLeft.push(trees.missingLeft[at]!);
  append(nodes, trees, root, trees.left[at]!, edges, scale);
  nodes.right[position] = nodes.feature.length;
  append(nodes, trees, root, trees.right[at]!, edges, scale);
}

/** Each input's share of what all splits gained, by position. */
export function gainShares(
  models: readonly BoostedTrees[],
  { encoders }: PartFeatures,
  inputs: number,
  { rounds = Number.POSITIVE_INFINITY, weights = models.map(() => 1 / models.length) }: TreesOptions = {},
): Float64Array {
  const gains = new Float64Array(inputs);
  for (const [m, { trees, base }] of models.entries()) {
    const { roots, feature, gain } = trees;
    const end = roots[Math.min(roots.length - 1, rounds * base.length)]!;
    for (let node = 0; node < end; node++) {
      if (feature[node]! >= 0) gains[encoders[feature[node]!]!.input]! += weights[m]! * gain[node]!;
    }
  }
  const total = gains.reduce((sum, gain) => sum + gain, 0) || 1;
  return gains.map((gain) => gain / total);
}
