import type { TargetTransform } from '../../document.ts';
import { turnBack } from '../../scoring/target-transform.ts';
import { prepareTable } from '../boosting/prepare.ts';
import { cpuSeconds } from '../cpu-seconds.ts';
import type { ModelSpecification } from '../fit-model.ts';
import type { SearchProgress } from '../progress.ts';
import type { OutOfFold } from '../quality/cross-validation.ts';
import { secondsSince } from '../seconds-since.ts';
import { type TrainingData, transformTarget } from '../training-data.ts';
import type { LeaderboardEntry } from '../types.ts';
import { findBlend } from './blend.ts';
import type { BoostingTrial } from './boosting-trial.ts';
import { combineTrees, likelyMembers } from './combine-trees.ts';
import { costOfFollowing, type FollowingCost, totalOf } from './following.ts';
import type { LinearTrial } from './linear-trial.ts';
import { otherwiseLosses, rowLosses } from './loss.ts';
import { planSearch, type SearchPlan } from './plan.ts';
import { rowsWithItsRounds } from './rounds.ts';
import { runTrials } from './run-trials.ts';
import type { SearchOptions } from './search-options.ts';

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
    (members) => totalOf(costOf(members, linear)) <= options.budget.left(),
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

function allTested({ splits }: SearchPlan): Int32Array {
  const all = new Int32Array(splits.reduce((sum, { test }) => sum + test.length, 0));
  let at = 0;
  for (const { test } of splits) {
    all.set(test, at);
    at += test.length;
  }
  return all;
}
