import { createFitPool } from '../boosting/fit-pool.ts';
import type { PreparedTable } from '../boosting/prepare.ts';
import type { SearchProgress } from '../progress.ts';
import { createRandom } from '../random.ts';
import { secondsSince } from '../seconds-since.ts';
import type { TrainingData } from '../training-data.ts';
import type { LeaderboardEntry } from '../types.ts';
import { type BoostingTrial, tryBoosting } from './boosting-trial.ts';
import { describeBoosting } from './describe-boosting.ts';
import { type FollowingCost, totalOf } from './following.ts';
import { type LinearTrial, tryLinear } from './linear-trial.ts';
import type { RowLosses } from './loss.ts';
import type { SearchPlan } from './plan.ts';
import { Schedule } from './schedule.ts';
import type { SearchOptions } from './search-options.ts';
import { boostingCandidates, MAX_LEAVES } from './space.ts';

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

/** Tries the linear family beside boosted trees, in the candidates' order, as long as there is time. */
export async function runTrials(
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
    totalOf(
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
