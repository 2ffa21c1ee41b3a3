import type { TargetTransform } from '../../document.ts';
import { turnBack } from '../../scoring/target-transform.ts';
import type { BoostingSettings } from '../boosting/boost.ts';
import { createFitPool } from '../boosting/fit-pool.ts';
import { type PreparedTable, prepareTable } from '../boosting/prepare.ts';
import type { Budget } from '../budget.ts';
import { cpuSeconds } from '../cpu-seconds.ts';
import type { ModelSpecification } from '../fit-model.ts';
import type { SearchProgress } from '../progress.ts';
import type { OutOfFold } from '../quality/cross-validation.ts';
import { createRandom } from '../random.ts';
import { type TrainingData, transformTarget } from '../training-data.ts';
import type { LeaderboardEntry, Settings } from '../types.ts';
import { findBlend } from './blend.ts';
import { type BoostingTrial, tryBoosting } from './boosting-trial.ts';
import { combineTrees, likelyMembers } from './combine-trees.ts';
import { costOfFollowing, type Following, type FollowingCost } from './following.ts';
import { type LinearTrial, tryLinear } from './linear-trial.ts';
import { otherwiseLosses, type RowLosses, rowLosses } from './loss.ts';
import { planSearch, type SearchPlan } from './plan.ts';
import { rowsWithItsRounds } from './rounds.ts';
import { Schedule } from './schedule.ts';
import { boostingCandidates, MAX_LEAVES } from './space.ts';

export interface SearchOptions {
  readonly seed: number;
  readonly threads: number;
  readonly balanced: boolean;
  /** Losses are of the transformed target. */
  readonly targetTransform: TargetTransform | null;
  readonly maxTrials: number;
  /**
   * Of the whole run: no trial starts that would leave too little of it for what follows; the first two always do. Only
   * this can make two runs differ.
   */
  readonly budget: Budget;
  readonly following: Following;
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
  readonly seconds: number;
  /** Whether the budget ended a trial that the trees are of. */
  readonly isCut: boolean;
  /** Of what comes after it, by what was measured in it. */
  readonly cost: FollowingCost;
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
  const [begun, cpuBefore] = [performance.now(), process.cpuUsage()];
  const table = prepareTable(
    data,
    plan.rows,
    plan.splits.map(({ train, test }) => ({ train, validation: test })),
    options,
  );
  const preparing = cpuSeconds(process.cpuUsage(cpuBefore)) / plan.rows.length;
  const { isSmall } = plan;
  const costOf = (members: readonly BoostingTrial[], linear?: LinearTrial) =>
    costOfFollowing(
      options.following,
      members,
      preparing + (linear?.cpuSecondsPerRow ?? 0),
      Math.min(options.threads, cpuSeconds(process.cpuUsage(cpuBefore)) / secondsSince(begun)),
      options.threads,
    );
  const { linear, boosting, leaderboard, notBegun } = await runTrials(
    data,
    plan,
    table,
    losses,
    options,
    {
      costOf: (trials, one) => costOf(likelyMembers(trials, plan, rows.length), one),
      rows: rowsWithItsRounds(options.following.fittedRows, rows.length, plan.rows),
    },
    onTrial,
  );
  const combined = combineTrees(
    boosting,
    data,
    losses,
    plan,
    rows.length,
    (members) => sumOf(costOf(members, linear)) <= options.budget.left(),
  );
  const { members, predicted, findsRounds } = combined;
  const trees = predicted ?? linear.predicted;
  const blend =
    predicted !== null
      ? findBlend(
          linear.predicted,
          predicted,
          losses,
          otherwiseLosses(data, plan.rows, allTested(plan), options.balanced),
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
    seconds: secondsSince(begun),
    isCut: combined.trials.some(({ isCut }) => isCut),
    cost: costOf(combined.trials, linear),
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

/** What the trials have to leave time for. */
interface Ahead {
  costOf(trials: readonly BoostingTrial[], linear: LinearTrial | undefined): FollowingCost;
  /** That will be fitted with the rounds of a trial. */
  readonly rows: number;
}

async function runTrials(
  data: TrainingData,
  plan: SearchPlan,
  table: PreparedTable,
  losses: RowLosses,
  { seed, threads, balanced, maxTrials, budget }: SearchOptions,
  ahead: Ahead,
  onTrial: (progress: SearchProgress) => void,
): Promise<Trials> {
  const candidates = boostingCandidates(plan, maxTrials - 1, createRandom(seed, 'candidates'));
  await using pool = createFitPool(table, MAX_LEAVES, threads, Number.POSITIVE_INFINITY);
  const leaderboard: LeaderboardEntry[] = [];
  const started = performance.now();
  const done: BoostingTrial[] = [];
  let triedLinear: LinearTrial | undefined;
  const secondsAfter = () =>
    sumOf(
      ahead.costOf(
        done.filter((trial) => trial !== undefined),
        triedLinear,
      ),
    );
  const untilDeadline = () => budget.left() - secondsAfter();
  const schedule = new Schedule(candidates, untilDeadline);
  // Two trials at a time fill the gap at each one's end; single fits need as many as there are threads.
  const lanes = plan.splits.length === 1 ? threads : Math.min(2, threads);
  const threadsOfTrial = threads / lanes;
  /** A fit that takes longer leaves too little for the others of its trial, and for those that follow. */
  const fitSeconds = () =>
    Math.max(0, budget.left()) /
    (plan.splits.length / threadsOfTrial + ahead.rows / plan.splits[0]!.train.length);
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
      secondsAfter: secondsAfter(),
    });
  };

  const lane = async () => {
    for (let next = schedule.next(); next; next = schedule.next()) {
      const { position, candidate } = next;
      const begun = performance.now();
      const trial = await tryBoosting(pool, data, table, plan, candidate, {
        seed,
        fitSeconds: fitSeconds(),
      });
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
  const linearLane = async () => {
    const trial = await tryLinear(data, plan, losses, { balanced, untilDeadline });
    triedLinear = trial;
    finish({
      family: 'linear',
      settings: { l2_per_row: trial.l2PerRow },
      loss: trial.loss,
      seconds: secondsSince(started),
    });
    return trial;
  };
  const [linear] = await Promise.all([linearLane(), ...Array.from({ length: lanes }, lane)]);
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

const sumOf = ({ boosting, others }: FollowingCost) => boosting + others;

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
