import type { LinearEstimator, OneHotEncoder, StandardEncoder } from '../document.ts';
import { featureCount, oneHotFeatures } from '../scoring/design.ts';
import { intAttribute, type OnnxGraph } from './graph.ts';
import { castTo, concat, lookUp, type OnnxInputs } from './inputs.ts';

interface Placed<T> {
  readonly encoder: T;
  /** Its first feature. */
  readonly offset: number;
}

/** Raw scores `[rows, outputs]`, as doubles. */
export function linearNodes(graph: OnnxGraph, inputs: OnnxInputs, estimator: LinearEstimator): string {
  const outputs = estimator.weights.length;
  const standard: Placed<StandardEncoder>[] = [];
  const oneHot: Placed<OneHotEncoder>[] = [];
  let offset = 0;
  for (const encoder of estimator.encoders) {
    if (encoder.kind === 'standard') standard.push({ encoder, offset });
    else oneHot.push({ encoder, offset });
    offset += featureCount(encoder);
  }
  const weightsOf = (feature: number) => estimator.weights.map((row) => row[feature]!);

  const terms = [graph.doubles(estimator.intercepts, [1, outputs])];
  if (standard.length > 0) terms.push(...standardTerms(graph, inputs, standard, outputs, weightsOf));
  for (const placed of oneHot) terms.push(oneHotTerm(graph, inputs, placed, outputs, weightsOf));
  if (terms.length > 1) return terms.reduce((sum, term) => graph.op('Add', [sum, term]));
  return constantRows(graph, inputs, terms[0]!);
}

/** (x − mean) / scale · weights, 0 where missing, plus the flags' weights. */
function standardTerms(
  graph: OnnxGraph,
  inputs: OnnxInputs,
  placed: readonly Placed<StandardEncoder>[],
  outputs: number,
  weightsOf: (feature: number) => number[],
): string[] {
  const count = placed.length;
  const raw = concat(
    graph,
    placed.map(({ encoder }) => inputs.number(encoder.input, encoder.part)),
  );
  const vector = (values: readonly number[]) => graph.doubles(values, [1, count]);
  const matrix = (rows: readonly (readonly number[])[]) => graph.doubles(rows.flat(), [count, outputs]);
  const isMissing = graph.op('IsNaN', [raw]);
  const mean = vector(placed.map(({ encoder }) => encoder.mean));
  const present = graph.op('Where', [isMissing, mean, raw]);
  const centred = graph.op('Sub', [present, mean]);
  const scaled = graph.op('Div', [centred, vector(placed.map(({ encoder }) => encoder.scale))]);
  const terms = [graph.op('MatMul', [scaled, matrix(placed.map(({ offset }) => weightsOf(offset)))])];
  if (placed.some(({ encoder }) => encoder.flag)) {
    const zeros = new Array<number>(outputs).fill(0);
    const weights = placed.map(({ encoder, offset }) => (encoder.flag ? weightsOf(offset + 1) : zeros));
    terms.push(graph.op('MatMul', [castTo(graph, isMissing, 'double'), matrix(weights)]));
  }
  return terms;
}

/** A one-hot group times its weights is a look-up: the weights of the row's label. */
function oneHotTerm(
  graph: OnnxGraph,
  inputs: OnnxInputs,
  { encoder, offset }: Placed<OneHotEncoder>,
  outputs: number,
  weightsOf: (feature: number) => number[],
): string {
  const count = featureCount(encoder);
  const { known, other, missing } = oneHotFeatures(encoder);
  // One more row, of zeros, for what has no feature.
  const rows = Array.from({ length: count }, (_, feature) => weightsOf(offset + feature));
  rows.push(new Array<number>(outputs).fill(0));
  const place = (feature: number) => (feature < 0 ? count : feature);
  if (!encoder.part) {
    const table = graph.doubles(rows.flat(), [count + 1, outputs]);
    const position = inputs.labelPosition(encoder.input, known, place(missing), place(other));
    return lookUp(graph, table, position, outputs);
  }
  // Parts of dates are small whole numbers: they are their own position in a longer table.
  const value = inputs.number(encoder.input, encoder.part);
  const longest = 60;
  const direct = Array.from({ length: longest }, (_, part) => rows[place(known.get(String(part)) ?? other)]!);
  const byPart = graph.doubles([...direct, rows[place(missing)]!].flat(), [longest + 1, outputs]);
  const isMissing = graph.op('IsNaN', [value]);
  const position = castTo(graph, graph.op('Where', [isMissing, graph.number(longest), value]), 'int64');
  return lookUp(graph, byPart, position, outputs);
}

/** A model without features still has to answer every row. */
function constantRows(graph: OnnxGraph, inputs: OnnxInputs, constant: string): string {
  const rows = graph.op('Shape', [inputs.any]);
  const count = graph.op('Gather', [rows, graph.ints([0], [1])]);
  const shape = graph.op('Concat', [count, graph.ints([1], [1])], [intAttribute('axis', 0)]);
  return graph.op('Expand', [constant, shape]);
}
