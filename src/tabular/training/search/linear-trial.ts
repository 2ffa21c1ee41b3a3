import { setImmediate } from 'node:timers/promises';
import type { LinearEstimator } from '../../document.ts';
import { predictor } from '../../scoring/estimators.ts';
import { cpuSeconds } from '../cpu-seconds.ts';
import { fitLinear } from '../linear/fit.ts';
import { secondsSince } from '../seconds-since.ts';
import { classCount, type TrainingData } from '../training-data.ts';
import { meanOf, type RowLosses, standardError } from './loss.ts';
import type { SearchPlan } from './plan.ts';

export interface LinearTrial {
  /** Penalty divided by the number of training rows, so that it fits tables of any length. */
  readonly l2PerRow: number;
  readonly loss: number;
  /** Of the plan's test rows, split after split. */
  readonly predicted: Float64Array;
  /** Processor time of one fit, for each row. */
  readonly cpuSecondsPerRow: number;
}

export interface LinearTrialOptions {
  readonly balanced: boolean;
  /** Seconds; no penalty but the first is begun that would take longer. */
  untilDeadline(): number;
}

/** Strongest first. */
const L2_PER_ROW = [1, 0.1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-9];
/** So many weaker penalties in a row that do no better end the search among them. */
const MAX_WORSE = 2;
/** Then these multiples of the best are tried. */
const REFINEMENTS = [0.3, 3];

/**
 * The linear family's best penalty on the plan's splits. Of few rows the lowest loss is often luck, above all where a line
 * parts the classes: the strongest penalty is taken whose loss is within one standard error of it (Breiman et al., 1984).
 */
export async function tryLinear(
  data: TrainingData,
  { splits, isSmall }: SearchPlan,
  losses: RowLosses,
  { balanced, untilDeadline }: LinearTrialOptions,
): Promise<LinearTrial> {
  const trials: LinearTrial[] = [];
  const latest: LinearEstimator[] = [];
  const fittedRows = splits.reduce((sum, { train }) => sum + train.length, 0);
  let secondsOfLast = 0;
  const attempt = async (l2PerRow: number): Promise<LinearTrial> => {
    const begun = performance.now();
    const before = process.threadCpuUsage();
    const parts: Float64Array[] = [];
    for (const [part, { train, test }] of splits.entries()) {
      const settings = { l2: l2PerRow * train.length, estimatesLabels: true, balanced };
      const estimator = fitLinear(data, train, settings, latest[part]);
      latest[part] = estimator;
      parts.push(predictor(estimator, classCount(data))(data.inputs, test));
      // Worker threads wait for this thread to hand them their next fit.
      await setImmediate();
    }
    secondsOfLast = secondsSince(begun);
    const predicted = concatenate(parts);
    const cpuSecondsPerRow = cpuSeconds(process.threadCpuUsage(before)) / fittedRows;
    const trial = { l2PerRow, loss: meanOf(losses(predicted)), predicted, cpuSecondsPerRow };
    trials.push(trial);
    return trial;
  };
  const wouldOverrun = () => secondsOfLast > untilDeadline();
  let best = await attempt(L2_PER_ROW[0]!);
  let worse = 0;
  for (const l2PerRow of L2_PER_ROW.slice(1)) {
    if (wouldOverrun()) break;
    const trial = await attempt(l2PerRow);
    if (trial.loss < best.loss) {
      best = trial;
      worse = 0;
    } else if (++worse === MAX_WORSE) {
      break;
    }
  }
  const coarse = best.l2PerRow;
  for (const multiple of REFINEMENTS) {
    if (wouldOverrun()) break;
    const trial = await attempt(coarse * multiple);
    if (trial.loss < best.loss) best = trial;
  }
  if (!isSmall) return best;
  const lowest = losses(best.predicted);
  return trials
    .filter(({ predicted, loss }) => loss - best.loss <= standardError(losses(predicted), lowest))
    .reduce((strongest, trial) => (trial.l2PerRow > strongest.l2PerRow ? trial : strongest));
}

export function concatenate(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
