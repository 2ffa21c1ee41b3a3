import type { TreesEstimator } from '../document.ts';
import { doublesAttribute, intAttribute, intsAttribute, type OnnxGraph, stringsAttribute } from './graph.ts';
import { castTo, concat, lookUp, type OnnxInputs } from './inputs.ts';

/** Raw scores `[rows, outputs]`, as doubles; the ensemble operator itself sums to float32. */
export function treeNodes(graph: OnnxGraph, inputs: OnnxInputs, estimator: TreesEstimator): string {
  const features = estimator.encoders.map((encoder) => {
    if (encoder.kind === 'number') return inputs.number(encoder.input, encoder.part);
    const { input, labels, values, other } = encoder;
    const table = graph.doubles([...values, other, Number.NaN], [labels.length + 2, 1]);
    const positions = new Map(labels.map((label, position) => [label, position]));
    return lookUp(graph, table, inputs.labelPosition(input, positions, labels.length + 1, labels.length), 1);
  });
  const outputs = estimator.base.length;
  const sums = graph.mlOp(
    'TreeEnsembleRegressor',
    [concat(graph, features)],
    [...ensembleAttributes(estimator), intAttribute('n_targets', outputs)],
  );
  // The base is added in double: a large mean would cost the sum its last digits.
  return graph.op('Add', [castTo(graph, sums, 'double'), graph.doubles(estimator.base, [1, outputs])]);
}

function ensembleAttributes({
  base,
  roots,
  feature,
  threshold,
  right,
  missingLeft,
}: TreesEstimator): Uint8Array[] {
  const nodes = feature.map((_, node) => node);
  const treeOf = new Array<number>(feature.length);
  roots.forEach((root, tree) => {
    treeOf.fill(tree, root, roots[tree + 1] ?? feature.length);
  });
  const inTree = (node: number) => node - roots[treeOf[node]!]!;
  const leaves = nodes.filter((node) => feature[node]! < 0);
  const isLeaf = (node: number) => feature[node]! < 0;
  return [
    intsAttribute('nodes_treeids', treeOf),
    intsAttribute('nodes_nodeids', nodes.map(inTree)),
    intsAttribute(
      'nodes_featureids',
      nodes.map((node) => Math.max(0, feature[node]!)),
    ),
    stringsAttribute(
      'nodes_modes',
      nodes.map((node) => (isLeaf(node) ? 'LEAF' : 'BRANCH_LEQ')),
    ),
    doublesAttribute(
      'nodes_values_as_tensor',
      nodes.map((node) => (isLeaf(node) ? 0 : threshold[node]!)),
    ),
    intsAttribute(
      'nodes_truenodeids',
      nodes.map((node) => (isLeaf(node) ? 0 : inTree(node + 1))),
    ),
    intsAttribute(
      'nodes_falsenodeids',
      nodes.map((node) => (isLeaf(node) ? 0 : inTree(right[node]!))),
    ),
    intsAttribute('nodes_missing_value_tracks_true', missingLeft),
    intsAttribute(
      'target_treeids',
      leaves.map((node) => treeOf[node]!),
    ),
    intsAttribute('target_nodeids', leaves.map(inTree)),
    intsAttribute(
      'target_ids',
      leaves.map((node) => treeOf[node]! % base.length),
    ),
    doublesAttribute(
      'target_weights_as_tensor',
      leaves.map((node) => threshold[node]!),
    ),
  ];
}
