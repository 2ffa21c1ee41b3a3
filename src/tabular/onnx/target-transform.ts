import type { TargetTransform } from '../document.ts';
import type { OnnxGraph } from './graph.ts';

/** Values of the target's own scale, `[rows, 1]`, from those of the transformed one. */
export function turnBackNodes(graph: OnnxGraph, values: string, transform: TargetTransform): string {
  const { least, most } = transform;
  const bounded = graph.op('Clip', [values, graph.number(least), graph.number(most)]);
  if (transform.name === 'log') return graph.op('Exp', [bounded]);
  const size = graph.op('Sub', [graph.op('Exp', [graph.op('Abs', [bounded])]), graph.number(1)]);
  const scaled = graph.op('Mul', [size, graph.number(transform.scale)]);
  return graph.op('Mul', [graph.op('Sign', [bounded]), scaled]);
}
