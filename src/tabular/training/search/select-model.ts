import type { TargetTransform } from '../../document.ts';
import { turnBack } from '../../scoring/target-transform.ts';
import type { BoostingSettings } from '../boosting/boost.ts';
import { createFitPool } from '../boosting/fit-pool.ts';
import { type PreparedTable, prepareTable } from '../boosting/prepare.ts';
import type { ModelSpecification } from '../fit-model.ts';
import type { SearchProgress } from '../progress.ts';
import type { OutOfFold } from '../quality/cross-validation.ts';
import { createRandom } from '../random.ts';
import { type TrainingData, transformTarget } from '../training-data.ts';
import type { LeaderboardEntry, Settings } from '../types.ts';
import { findBlend } from './blend.ts';
import { type BoostingTrial, tryBoosting } from './boosting-trial.ts';
import { combineTrees } from './combine-trees.ts';
import { type LinearTrial, tryLinear } from './linear-trial.ts';
import { type RowLosses, rowLosses } from './loss.ts';
import { planSearch, type SearchPlan } from './plan.ts';
import { Schedule } from './schedule.ts';
import { boostingCandidates, MAX_LEAVES } from './space.ts';

export interface SearchOptions {
  readonly seed: number;
  readonly threads: number;
  readonly balanced: boolean;
  /** Losses are of the transformed target. */
  readonly targetTransform: TargetTransform | null;
  readonly maxTrials: number;
  /** No trial starts that would not end within it; the first two always do. Only this can make two runs differ. */
  readonly budgetSeconds: number;
}

export interface SearchResult {
  readonly specification: ModelSpecification;
  /** Whether the number of rounds had better be found anew. */
  readonly findsRounds: boolean;
  /** What the chosen recipe said of the tested rows, on the target's own scale; null where they were of one split. */
  readonly outOfFold: OutOfFold | null;
  readonly strategy: SearchPlan['strategy'];
  readonly leaderboard: readonly LeaderboardEntry[];
  /** Candidates for which the budget left no time. */
  readonly notBegun: number;
}

/** Where a line parts the few rows there are, their log loss says nothing against it, and the next row may. */
const PRIOR_ROWS_OF_CLASSES = 50;

/**
 * Chooses between the linear family, boosted trees and their blend, by the loss on rows of the search's own splits.
 *
 * @param rows the rows the search may see
 */
export async function selectModel(
  given: TrainingData,
  rows: Int32Array,
  options: SearchOptions,
  onTrial: (progress: SearchProgress) => void,
): Promise<SearchResult> {
  const data = transformTarget(given, options.targetTransform);
  const plan = planSearch(data, rows, options.seed);
  const losses = rowLosses(data, plan.rows, allTested(plan), options.balanced);
  const table = prepareTable(
    data,
    plan.rows,
    plan.splits.map(({ train, test }) => ({ train, validation: test })),
    options,
  );
  const { isSmall } = plan;
  const { linear, boosting, leaderboard, notBegun } = await runTrials(
    data,
    plan,
    table,
    losses,
    options,
    onTrial,
  );
  const { members, predicted, findsRounds } = combineTrees(boosting, data, losses, plan, rows.length);
  const trees = predicted ?? linear.predicted;
  const blend =
    predicted !== null
      ? findBlend(
          linear.predicted,
          predicted,
          losses,
          !isSmall,
          data.target.task === 'classification' ? PRIOR_ROWS_OF_CLASSES / plan.rows.length : 0,
        )
      : { weight: 0, loss: linear.loss };
  const { weight } = blend;
  if (weight > 0 && weight < 1) {
    leaderboard.push({
      family: 'blend',
      settings: { weight_of_trees: weight },
      loss: blend.loss,
      seconds: 0,
    });
  }
  return {
    specification: {
      linear:
        weight < 1
          ? { weight: 1 - weight, penalty: { l2: linear.l2PerRow, perRow: true, estimatesLabels: true } }
          : null,
      boosting: weight > 0 ? { weight, members } : null,
      balanced: options.balanced,
      targetTransform: options.targetTransform,
    },
    findsRounds,
    outOfFold:
      plan.strategy === 'k_fold'
        ? {
            splits: plan.splits,
            predicted: predictedBy(linear.predicted, trees, weight, options.targetTransform),
          }
        : null,
    strategy: plan.strategy,
    leaderboard: leaderboard.sort((a, b) => a.loss - b.loss),
    notBegun,
  };
}

function predictedBy(
  linear: Float64Array,
  trees: Float64Array,
  weight: number,
  transform: TargetTransform | null,
): Float64Array {
  const mixed = linear.map((value, i) => (1 - weight) * value + weight * trees[i]!);
  return transform ? turnBack(transform, mixed) : mixed;
}

interface Trials {
  readonly linear: LinearTrial;
  /** In the candidates' order; none when no trial was left for trees. */
  readonly boosting: readonly BoostingTrial[];
  readonly leaderboard: LeaderboardEntry[];
  readonly notBegun: number;
}

async function runTrials(
  data: TrainingData,
  plan: SearchPlan,
  table: PreparedTable,
  losses: RowLosses,
  { seed, threads, balanced, maxTrials, budgetSeconds }: SearchOptions,
  onTrial: (progress: SearchProgress) => void,
): Promise<Trials> {
  const candidates = boostingCandidates(plan, maxTrials - 1, createRandom(seed, 'candidates'));
  await using pool = createFitPool(table, MAX_LEAVES, threads, Number.POSITIVE_INFINITY);
  const leaderboard: LeaderboardEntry[] = [];
  const started = performance.now();
  const untilDeadline = () => budgetSeconds - secondsSince(started);
  const schedule = new Schedule(candidates, untilDeadline);
  const fittedRows = plan.splits.reduce((sum, { train }) => sum + train.length, 0);
  const finish = (entry: LeaderboardEntry) => {
    leaderboard.push(entry);
    const winner = leaderboard.reduce((best, done) => (done.loss < best.loss ? done : best));
    const trials = candidates.length + 1;
    const left = (secondsSince(started) * (trials - leaderboard.length)) / leaderboard.length;
    onTrial({
      latest: entry,
      trial: leaderboard.length,
      trials,
      bestLoss: winner.loss,
      remainingSeconds: Math.min(left, Math.max(0, untilDeadline())),
      secondsPerRow: winner.seconds / fittedRows,
    });
  };

  const done: BoostingTrial[] = [];
  const lane = async () => {
    for (let next = schedule.next(); next; next = schedule.next()) {
      const { position, candidate } = next;
      const begun = performance.now();
      const trial = await tryBoosting(pool, data, table, plan, candidate, seed);
      schedule.ended(candidate, secondsSince(begun));
      // Lanes finish in any order.
      done[position] = trial;
      finish({
        family: 'boosted_trees',
        settings: describeBoosting(trial.settings),
        loss: trial.loss,
        seconds: secondsSince(begun),
      });
    }
  };
  // Two trials at a time fill the gap at each one's end; single fits need as many as there are threads.
  const lanes = Array.from({ length: plan.splits.length === 1 ? threads : Math.min(2, threads) }, lane);
  const linearLane = async () => {
    const trial = await tryLinear(data, plan, losses, { balanced, untilDeadline });
    finish({
      family: 'linear',
      settings: { l2_per_row: trial.l2PerRow },
      loss: trial.loss,
      seconds: secondsSince(started),
    });
    return trial;
  };
  const [linear] = await Promise.all([linearLane(), ...lanes]);
  return {
    linear,
    boosting: done.filter((trial) => trial !== undefined),
    leaderboard,
    notBegun: schedule.waiting,
  };
}

export function describeBoosting(settings: BoostingSettings): Settings {
  return {
    rounds: settings.rounds,
    learning_rate: settings.learningRate,
    max_leaves: settings.leaves,
    min_leaf_rows: settings.minLeafRows,
    l2: settings.l2,
    feature_fraction: settings.featureFraction,
    row_fraction: settings.rowFraction,
    extra_trees: settings.extraTrees,
  };
}

function allTested({ splits }: SearchPlan): Int32Array {
  const all = new Int32Array(splits.reduce((sum, { test }) => sum + test.length, 0));
  let at = 0;
  for (const { test } of splits) {
    all.set(test, at);
    at += test.length;
  }
  return all;
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
