import type { TargetTransform } from '../document.ts';
import type { Budget } from './budget.ts';
import { type FitOptions, fitModel, fitUntilItStops } from './fit-model.ts';
import type { Fitted } from './fitted.ts';
import { type Reporter, roundReporter } from './progress.ts';
import { type Following, MARGIN } from './search/following.ts';
import { roundLimits } from './search/rounds.ts';
import { type SearchResult, selectModel } from './search/select-model.ts';
import { secondsSince } from './seconds-since.ts';
import type { TrainingData } from './training-data.ts';
import type { TrainSpec } from './types.ts';

const DEFAULT_MAX_TRIALS = 13;
/** How many times the search's rounds the final fit may take. */
const LONGER = 4;

interface SearchTerms {
  readonly transform: TargetTransform | null;
  readonly budget: Budget;
  readonly following: Following;
}

/** Heavy mode: what a search finds best, fitted on the rows that it saw. */
export async function searchAndFit(
  data: TrainingData,
  rows: Int32Array,
  { transform: targetTransform, budget, following }: SearchTerms,
  { params }: TrainSpec,
  options: FitOptions,
  report: Reporter,
): Promise<Fitted> {
  report.stage('search', 0);
  const balanced = params.class_weight === 'balanced';
  const found = await selectModel(
    data,
    rows,
    {
      ...options,
      balanced,
      targetTransform,
      maxTrials: params.max_trials ?? DEFAULT_MAX_TRIALS,
      budget,
      following,
    },
    (progress) =>
      report.trial(
        progress,
        data.target.task,
        inBudget(progress.remainingSeconds + progress.secondsAfter, budget),
      ),
  );
  const { boosting, others } = found.cost;
  const shareOfThis = rows.length / following.fittedRows;
  report.stage('fit', 0.3, inBudget(boosting + others, budget));
  const began = performance.now();
  const { specification, fit, fittedRows, isCut } = await fitFound(
    data,
    rows,
    found,
    ((budget.left() - others) * shareOfThis) / MARGIN,
    { ...options, onRound: roundReporter('fit', report, (1 - shareOfThis) * boosting + others) },
  );
  const secondsPerRow = secondsSince(began) / rows.length;
  return {
    specification,
    search: {
      strategy: found.strategy,
      loss: data.target.task === 'regression' ? 'one_minus_r2' : 'log_loss',
      leaderboard: found.leaderboard,
      not_begun: found.notBegun,
      rounds_cut: isCut || found.isCut,
      seconds: found.seconds,
      budget_seconds: budget.seconds,
    },
    searched: params.cross_validation === 0 ? null : found.outOfFold,
    fit,
    fittedRows,
    secondsPerRow,
  };
}

/** What is ahead is made to fit into the time left, as long as there is any. */
function inBudget(seconds: number, budget: Budget): number {
  const left = budget.left();
  return left > 0 ? Math.min(seconds, left) : seconds;
}

/**
 * Fits the search's choice on all rows the search may see, with more rounds where those are many more.
 *
 * @param seconds that finding them may take
 */
async function fitFound(
  data: TrainingData,
  rows: Int32Array,
  { specification, findsRounds }: SearchResult,
  seconds: number,
  options: FitOptions,
): Promise<Pick<Fitted, 'specification' | 'fit' | 'fittedRows'> & { readonly isCut: boolean }> {
  const [{ settings } = {}] = specification.boosting?.members ?? [];
  if (!settings || !findsRounds) {
    const fit = await fitModel(data, rows, specification, options);
    return { specification, fit, fittedRows: rows.length, isCut: false };
  }
  const { rounds: most, patience } = roundLimits(settings.learningRate);
  const limits = { rounds: LONGER * most, patience, seconds };
  return await fitUntilItStops(data, rows, specification, settings, limits, options);
}
