import type { InputColumn, TargetTransform } from '../document.ts';
import { transformed } from '../scoring/target-transform.ts';
import type { InputData } from '../values/inputs.ts';
import type { Splitter } from './splitter.ts';
import type { ClassTarget, NumberTarget, Target } from './target.ts';

/** What every fit reads: whole columns, of which each takes the rows it may see. */
export interface TrainingData {
  readonly columns: readonly InputColumn[];
  readonly inputs: readonly InputData[];
  readonly target: Target;
  readonly splitter: Splitter;
}

/** The data with a function of its target for the target. */
export function transformTarget(data: TrainingData, transform: TargetTransform | null): TrainingData {
  const { target } = data;
  if (!transform || target.task !== 'regression') return data;
  return { ...data, target: { ...target, values: transformed(transform, target.values) } };
}

/** How many classes; 0 for regression. */
export function classCount({ target }: TrainingData): number {
  return target.task === 'classification' ? target.classes.length : 0;
}

export function targetValues(target: NumberTarget, rows: Int32Array): Float64Array {
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = target.values[rows[i]!]!;
  return values;
}

export function classCodes(target: ClassTarget, rows: Int32Array): Int32Array {
  const codes = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) codes[i] = target.codes[rows[i]!]!;
  return codes;
}

/** n / (classes present · rows of the class): every class weighs the same, all together weigh n. */
export function classRowWeights(codes: Int32Array, classes: number): Float64Array {
  const counts = new Int32Array(classes);
  for (const code of codes) counts[code]!++;
  const present = counts.filter((count) => count > 0).length;
  return Float64Array.from(codes, (code) => codes.length / (present * counts[code]!));
}
