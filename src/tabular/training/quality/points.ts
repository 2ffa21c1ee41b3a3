import type { Evaluation } from '../../evaluation/points.ts';
import type { Target } from '../target.ts';
import { classCodes, targetValues } from '../training-data.ts';
import { evaluateClasses } from './class-points.ts';
import { evaluateValues } from './value-points.ts';

/** @param predicted of the rows `test`: values, or the classes' probabilities */
export function pointsOf(
  target: Target,
  test: Int32Array,
  predicted: Float64Array,
  seed: number,
): Evaluation {
  return target.task === 'regression'
    ? evaluateValues(targetValues(target, test), predicted, seed)
    : evaluateClasses(classCodes(target, test), predicted, target.classes);
}
