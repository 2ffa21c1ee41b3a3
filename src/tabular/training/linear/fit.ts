import type { LinearEncoder, LinearEstimator } from '../../document.ts';
import { type Design, designEncoder, featureCount } from '../../scoring/design.ts';
import type { TrainingData } from '../training-data.ts';
import { classCodes, classCount, classRowWeights, targetValues } from '../training-data.ts';
import type { PenaltySettings } from './descend.ts';
import { fitLinearEncoders } from './encoders.ts';
import { fitLogistic } from './logistic.ts';
import { fitRidge } from './ridge.ts';
import { rowSpace } from './row-space.ts';

export interface LinearSettings extends PenaltySettings {
  readonly balanced: boolean;
}

/**
 * Ridge or logistic regression on the given rows, encoders included.
 *
 * @param near a fit on the same rows, with similar settings
 */
export function fitLinear(
  data: TrainingData,
  rows: Int32Array,
  settings: LinearSettings,
  near?: LinearEstimator,
): LinearEstimator {
  const classes = classCount(data);
  const encoders = fitLinearEncoders(data.columns, data.inputs, rows, classes);
  const design = designEncoder(encoders)(data.inputs, rows);
  const start = near ? solutionOf(near) : null;
  const solve = (of: Design, from: Float64Array | null) => solutionFor(of, data, rows, settings, from);
  const space = rowSpace(design);
  const solution = space
    ? space.toWeights(solve(space.design, start && space.toCoordinates(start)))
    : solve(design, start);
  return estimator(encoders, solution, classes > 2 ? classes : 1);
}

function solutionFor(
  design: Design,
  data: TrainingData,
  rows: Int32Array,
  settings: LinearSettings,
  start: Float64Array | null,
): Float64Array {
  const { target } = data;
  if (target.task === 'regression') return fitRidge(design, targetValues(target, rows), settings, start);
  const classes = classCount(data);
  const codes = classCodes(target, rows);
  const weights = settings.balanced ? classRowWeights(codes, classes) : null;
  return fitLogistic(design, codes, classes, weights, settings, start);
}

function solutionOf({ weights, intercepts }: LinearEstimator): Float64Array {
  return Float64Array.from(weights.flatMap((row, k) => [...row, intercepts[k]!]));
}

function estimator(
  encoders: readonly LinearEncoder[],
  solution: Float64Array,
  outputs: number,
): LinearEstimator {
  const width = encoders.reduce((sum, encoder) => sum + featureCount(encoder), 0);
  const part = (k: number): Float64Array => solution.subarray(k * (width + 1), (k + 1) * (width + 1));
  const ks = Array.from({ length: outputs }, (_, k) => k);
  return {
    kind: 'linear',
    encoders,
    weights: ks.map((k) => [...part(k).subarray(0, width)]),
    intercepts: ks.map((k) => part(k)[width]!),
  };
}
