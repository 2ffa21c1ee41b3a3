import type { LinearEncoder, LinearEstimator } from '../../document.ts';
import { designEncoder, featureCount } from '../../scoring/design.ts';
import type { TrainingData } from '../training-data.ts';
import { classCodes, classRowWeights, targetValues } from '../training-data.ts';
import { fitLinearEncoders } from './encoders.ts';
import { fitLogistic } from './logistic.ts';
import { fitRidge } from './ridge.ts';

export interface LinearSettings {
  readonly l2: number;
  readonly balanced: boolean;
}

/** Ridge or logistic regression on the given rows, encoders included. */
export function fitLinear(data: TrainingData, rows: Int32Array, settings: LinearSettings): LinearEstimator {
  const encoders = fitLinearEncoders(data.columns, data.inputs, rows);
  const design = designEncoder(encoders)(data.inputs, rows);
  const { target } = data;
  if (target.task === 'regression') {
    return estimator(encoders, fitRidge(design, targetValues(target, rows), settings.l2), 1);
  }
  const classes = target.classes.length;
  const codes = classCodes(target, rows);
  const weights = settings.balanced ? classRowWeights(codes, classes) : null;
  return estimator(
    encoders,
    fitLogistic(design, codes, classes, settings.l2, weights),
    classes === 2 ? 1 : classes,
  );
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
