import { probabilities } from '../../scoring/probabilities.ts';
import type { BoostingMember } from '../fit-model.ts';
import { classCount, type TrainingData } from '../training-data.ts';
import type { BoostingTrial } from './boosting-trial.ts';
import { type EnsembleRules, selectEnsemble } from './ensemble.ts';
import type { RowLosses } from './loss.ts';
import type { SearchPlan } from './plan.ts';
import { findsRoundsAnew } from './rounds.ts';

/** On a small table the best few settings differ by chance; the mean of their models is steadier than any. */
const ENSEMBLE_OF_SMALL_TABLES: EnsembleRules = { first: 4, steps: 3, minRelativeGain: 0 };
/** A further member of a longer one costs more than it did in the search. */
const ENSEMBLE_OF_LONG_TABLES: EnsembleRules = { first: 1, steps: 3, minRelativeGain: 0.002 };
const LIKELY_MEMBERS = 4;
/** Only one member can find its number of rounds anew. */
const BEST_ALONE: EnsembleRules = { first: 1, steps: 0, minRelativeGain: 0 };

export interface CombinedTrees {
  readonly members: readonly BoostingMember[];
  readonly trials: readonly BoostingTrial[];
  /** What they would predict of the plan's test rows; null without trials. */
  readonly predicted: Float64Array | null;
  /** Whether the only member's number of rounds had better be found anew. */
  readonly findsRounds: boolean;
}

/** The trials whose settings an ensemble of those so far would have, about. */
export function likelyMembers(
  trials: readonly BoostingTrial[],
  plan: SearchPlan,
  rows: number,
): readonly BoostingTrial[] {
  const sorted = trials.toSorted((a, b) => a.loss - b.loss);
  return sorted.slice(0, sorted[0] && findsRoundsAnew(rows, plan, sorted[0].settings) ? 1 : LIKELY_MEMBERS);
}

/**
 * The trees' part of the model.
 *
 * @param rows that the model is fitted on
 * @param hasTimeFor whether members can be fitted in the time left; the best alone is, whatever it takes
 */
export function combineTrees(
  trials: readonly BoostingTrial[],
  data: TrainingData,
  losses: RowLosses,
  plan: SearchPlan,
  rows: number,
  hasTimeFor: (members: readonly BoostingTrial[]) => boolean,
): CombinedTrees {
  if (trials.length === 0) return { members: [], trials: [], predicted: null, findsRounds: false };
  const classes = classCount(data);
  const toPredictions = (scores: Float64Array) => (classes === 0 ? scores : probabilities(scores, classes));
  const best = trials.reduce((least, trial) => (trial.loss < least.loss ? trial : least));
  const findsRounds = findsRoundsAnew(rows, plan, best.settings);
  const several = plan.isSmall ? ENSEMBLE_OF_SMALL_TABLES : ENSEMBLE_OF_LONG_TABLES;
  const select = (rules: EnsembleRules) =>
    selectEnsemble(trials, (scores) => losses(toPredictions(scores)), rules);
  const chosen = (weights: readonly number[]) => trials.filter((_, t) => weights[t]! > 0);
  const ensemble = select(findsRounds ? BEST_ALONE : several);
  const weights = hasTimeFor(chosen(ensemble)) ? ensemble : select(BEST_ALONE);
  const members = trials
    .map(({ settings }, t) => ({ weight: weights[t]!, settings }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const scores = trials[0]!.scores.map((_, i) =>
    trials.reduce((sum, trial, t) => sum + weights[t]! * trial.scores[i]!, 0),
  );
  return { members, trials: chosen(weights), predicted: toPredictions(scores), findsRounds };
}
