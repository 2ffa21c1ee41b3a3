import type { InputColumn } from '../../model/scoring/document.ts';
import type { InputData } from '../../model/scoring/inputs.ts';
import type { ClassTarget, NumberTarget, Target } from './target.ts';

/** What every fit reads: whole columns, of which each takes the rows it may see. */
export interface TrainingData {
  readonly columns: readonly InputColumn[];
  readonly inputs: readonly InputData[];
  readonly target: Target;
}

/** How many classes; 0 for regression. */
export function classCount({ target }: TrainingData): number {
  return target.task === 'classification' ? target.classes.length : 0;
}

export function targetValues(target: NumberTarget, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => target.values[row]!);
}

export function classCodes(target: ClassTarget, rows: Int32Array): Int32Array {
  return rows.map((row) => target.codes[row]!);
}

/** n / (classes present · rows of the class): every class weighs the same, all together weigh n. */
export function classRowWeights(codes: Int32Array, classes: number): Float64Array {
  const counts = new Int32Array(classes);
  for (const code of codes) counts[code]!++;
  const present = counts.filter((count) => count > 0).length;
  return Float64Array.from(codes, (code) => codes.length / (present * counts[code]!));
}
