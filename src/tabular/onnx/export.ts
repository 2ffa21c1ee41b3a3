import type {
  Estimator,
  FittedEstimator,
  LinearEstimator,
  ModelDocument,
  TreesEstimator,
} from '../document.ts';
import { intAttribute, OnnxGraph } from './graph.ts';
import { concat, OnnxInputs } from './inputs.ts';
import { linearNodes } from './linear.ts';
import { turnBackNodes } from './target-transform.ts';
import { treeNodes } from './trees.ts';

/**
 * A model as an ONNX file with its whole preparation inside; any ONNX runtime scores raw rows with it.
 *
 * Inputs: one tensor `[rows, 1]` a column, named like it (`column_<position>` for a column without a name). Numbers
 * are doubles, NaN where missing; datetimes are doubles too, milliseconds since 1970 in UTC; text and booleans
 * ("true", "false") are strings, '' where missing. Outputs: of classification `label` (string, `[rows]`) and
 * `probabilities` (double, `[rows, classes]`); of regression `prediction` (double, `[rows, 1]`).
 *
 * Trees are summed in float32, as the operator demands, so scores agree with ours to about seven digits.
 *
 * @param metadata kept in the file for whoever opens it
 */
export function toOnnx(document: ModelDocument, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const names = document.columns.map(({ name }, position) => (name === '' ? `column_${position}` : name));
  const graph = new OnnxGraph([...names, ...OUTPUT_NAMES]);
  const inputs = new OnnxInputs(graph, document.columns, names);
  const { classes } = document;
  const predicted = predictionNodes(graph, inputs, document.estimator, classes?.length ?? 0);
  if (classes) {
    const best = graph.op('ArgMax', [predicted], [intAttribute('axis', 1), intAttribute('keepdims', 0)]);
    const label = graph.op('Gather', [graph.strings(classes), best]);
    graph.output(label, outputName('label', names), 'string', ['rows']);
    graph.output(predicted, outputName('probabilities', names), 'double', ['rows', classes.length]);
  } else {
    graph.output(predicted, outputName('prediction', names), 'double', ['rows', 1]);
  }
  return graph.serialise('mlops-backend', metadata);
}

const OUTPUT_NAMES = ['label', 'probabilities', 'prediction'];

/** A column may have an output's name; then the output is called `label_`, `label__` … */
function outputName(name: string, taken: readonly string[]): string {
  return taken.includes(name) ? outputName(`${name}_`, taken) : name;
}

/** Values `[rows, 1]`, or class probabilities `[rows, classes]`. */
function predictionNodes(
  graph: OnnxGraph,
  inputs: OnnxInputs,
  estimator: Estimator,
  classes: number,
): string {
  if (estimator.kind !== 'transformed_target') return fittedNodes(graph, inputs, estimator, classes);
  return turnBackNodes(graph, fittedNodes(graph, inputs, estimator.estimator, classes), estimator.transform);
}

function fittedNodes(
  graph: OnnxGraph,
  inputs: OnnxInputs,
  estimator: FittedEstimator,
  classes: number,
): string {
  if (estimator.kind !== 'blend') return memberNodes(graph, inputs, estimator, classes);
  return estimator.members
    .map(({ weight, estimator: member }) =>
      graph.op('Mul', [memberNodes(graph, inputs, member, classes), graph.number(weight)]),
    )
    .reduce((sum, part) => graph.op('Add', [sum, part]));
}

function memberNodes(
  graph: OnnxGraph,
  inputs: OnnxInputs,
  estimator: LinearEstimator | TreesEstimator,
  classes: number,
): string {
  const scores =
    estimator.kind === 'linear' ? linearNodes(graph, inputs, estimator) : treeNodes(graph, inputs, estimator);
  if (classes === 0) return scores;
  if (classes > 2) return graph.op('Softmax', [scores], [intAttribute('axis', 1)]);
  const second = graph.op('Sigmoid', [scores]);
  const first = graph.op('Sigmoid', [graph.op('Neg', [scores])]);
  return concat(graph, [first, second]);
}
