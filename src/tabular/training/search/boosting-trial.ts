import { treeScores } from '../../scoring/trees.ts';
import type { BoostingSettings } from '../boosting/boost.ts';
import type { FitPool } from '../boosting/fit-pool.ts';
import type { PreparedTable } from '../boosting/prepare.ts';
import { treesEstimator } from '../boosting/trees-estimator.ts';
import { cpuSeconds } from '../cpu-seconds.ts';
import type { TrainingData } from '../training-data.ts';
import type { RowCost } from './following.ts';
import { concatenate } from './linear-trial.ts';
import type { SearchPlan } from './plan.ts';
import { roundLimits } from './rounds.ts';
import type { BoostingCandidate } from './space.ts';

export interface BoostingTrial {
  /** `rounds`: where the mean loss over the splits is lowest. */
  readonly settings: BoostingSettings;
  readonly loss: number;
  /** Of the plan's test rows, split after split, after so many rounds. */
  readonly scores: Float64Array;
  /** After so many rounds. */
  readonly trees: number;
  /** Of a model of so many trees. */
  readonly cost: RowCost;
  /** Whether a fit was ended by its time. */
  readonly isCut: boolean;
}

export interface BoostingTrialOptions {
  readonly seed: number;
  /** Each split's fit is ended after it. */
  readonly fitSeconds: number;
}

/** Fits a candidate on every split, stopping early by the split's test rows. */
export async function tryBoosting(
  pool: FitPool,
  data: TrainingData,
  table: PreparedTable,
  { splits }: SearchPlan,
  candidate: BoostingCandidate,
  { seed, fitSeconds }: BoostingTrialOptions,
): Promise<BoostingTrial> {
  const { rounds, patience } = roundLimits(candidate.learningRate);
  const limit = { seconds: fitSeconds, minRounds: patience };
  const models = await Promise.all(
    splits.map((_, part) =>
      pool.run({ part, settings: { ...candidate, rounds }, patience, limit, seed: seed + part }),
    ),
  );
  const curve = meanCurve(
    models.map((model) => model.curve),
    splits.map(({ test }) => test.length),
  );
  const loss = Math.min(...curve);
  const best = Math.max(1, curve.indexOf(loss));
  const before = process.threadCpuUsage();
  const scores = concatenate(
    splits.map(({ test }, part) => {
      const estimator = treesEstimator([models[part]!], table.features[part]!, table, { rounds: best });
      return treeScores(estimator)(data.inputs, test);
    }),
  );
  const scoring = cpuSeconds(process.threadCpuUsage(before));
  const outputs = models[0]!.base.length;
  const tested = splits.reduce((sum, { test }) => sum + test.length, 0);
  const rowRounds = splits.reduce(
    (sum, { train }, s) => sum + train.length * (models[s]!.curve.length - 1),
    0,
  );
  return {
    settings: { ...candidate, rounds: best },
    loss,
    scores,
    trees: best * outputs,
    cost: {
      fit: (models.reduce((sum, model) => sum + model.cpuSeconds, 0) * best) / rowRounds,
      predict: scoring / tested,
    },
    isCut: models.some(({ isCut }) => isCut),
  };
}

/**
 * Mean loss after each round, weighted by rows. One number of rounds for all splits: each split's own best would
 * flatter the candidate. A split that stopped early keeps its last loss.
 */
function meanCurve(curves: readonly Float64Array[], rows: readonly number[]): number[] {
  const total = rows.reduce((sum, count) => sum + count, 0);
  const length = Math.max(...curves.map((curve) => curve.length));
  return Array.from({ length }, (_, round) =>
    curves.reduce((sum, curve, c) => sum + (curve[round] ?? curve.at(-1)!) * (rows[c]! / total), 0),
  );
}
