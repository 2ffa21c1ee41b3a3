import { quote } from '../../quote.ts';
import { MIN_ROWS_TO_RANK } from '../quality/roc-auc.ts';
import type { TrainingData } from '../training-data.ts';
import type {
  ClassificationMetrics,
  ExcludedColumn,
  Search,
  TrainingMetrics,
  TrainingWarning,
  TrainSpec,
} from '../types.ts';
import { explainedByOne } from './explained-by-one.ts';
import { targetWarnings } from './target-warnings.ts';

/** Of the target's spread, or of the errors of the simplest guess: so much is hardly ever known in advance. */
const NEARLY_ALL = 0.98;
/** What a model of columns that say nothing reaches by chance on a few rows. */
const MIN_R2 = 0.01;
const STANDARD_ERRORS = 2;

/** What whoever trains a model should know about its table and its figures. */
export function findWarnings(
  data: TrainingData,
  metrics: TrainingMetrics,
  spec: Pick<TrainSpec, 'target' | 'seed' | 'params'>,
): TrainingWarning[] {
  return [
    ...leaks(data, spec.seed),
    ...targetWarnings(data.target, spec, metrics),
    ...heldOut(metrics, spec.target),
    ...quality(metrics),
    ...(metrics.search ? [...cutShort(metrics), ...overBudget(metrics.search)] : []),
    ...metrics.excluded.flatMap(dropped),
  ];
}

function leaks(data: TrainingData, seed: number): TrainingWarning[] {
  const shares = explainedByOne(data, seed);
  return data.columns.flatMap(({ name }, i): TrainingWarning[] => {
    const share = shares[i]!;
    if (share < NEARLY_ALL) return [];
    const message = `Column ${quote(name)} alone explains ${percent(share)} of the target: make sure that it is known when a prediction is asked for.`;
    return [{ code: 'possible_leak', column: name, message }];
  });
}

function heldOut(metrics: TrainingMetrics, target: string): TrainingWarning[] {
  if (metrics.task === 'regression') return [];
  const { classes, confusion_matrix: confusion } = metrics;
  const counts = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const few = classes.flatMap((name, k) => (counts[k]! < MIN_ROWS_TO_RANK ? [quote(name)] : []));
  if (few.length === 0) return [];
  const [first, ...others] = few;
  const whose = others.length > 0 ? `${first} and ${others.length} other classes` : `class ${first}`;
  const message = `Of ${whose} ${counts.some((count) => count === 1) ? 'hardly a row' : 'no row'} is among those that the model is measured on: no figure says how well it is told from the others, and those that it alone would make are null.`;
  return [{ code: 'few_rows_held_out', column: target, message }];
}

function quality(metrics: TrainingMetrics): TrainingWarning[] {
  const isRegression = metrics.task === 'regression';
  if (isRegression ? metrics.r2 > Math.max(MIN_R2, 2 / metrics.n_test) : tellsApart(metrics)) return [];
  const guess = isRegression ? 'the mean' : 'the most frequent class';
  const message = `On rows that it did not see, the model is no better, beyond what chance may do, than always predicting ${guess}: the columns say little or nothing of the target.`;
  return [{ code: 'no_better_than_baseline', message }];
}

/** By the area under the curve, which a rare class does not flatter, beyond its standard error without any relation. */
function tellsApart({
  roc_auc,
  accuracy,
  baseline,
  confusion_matrix: confusion,
}: ClassificationMetrics): boolean {
  if (roc_auc === null) return accuracy > baseline.accuracy;
  const counts = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const errors = counts
    .filter((count) => count > 0 && count < rows)
    .map((count) => Math.sqrt((rows + 1) / (12 * count * (rows - count))));
  const error = errors.reduce((sum, one) => sum + one / errors.length, 0);
  return roc_auc > 0.5 + STANDARD_ERRORS * error;
}

function cutShort({ search, algorithm }: TrainingMetrics): TrainingWarning[] {
  const { not_begun: n, rounds_cut, budget_seconds, leaderboard } = search!;
  const sentences: string[] = [];
  if (n > 0) {
    const slowest = leaderboard.reduce((most, trial) => (trial.seconds > most.seconds ? trial : most));
    const name = slowest.family === 'linear' ? 'the linear models' : 'boosted trees';
    sentences.push(
      `${n} ${n === 1 ? 'candidate was' : 'candidates were'} not begun, since the time budget of ${budget_seconds} s left no time for ${n === 1 ? 'it' : 'them'} beside the fits that come after the search; the slowest candidate, ${name}, took ${Math.round(slowest.seconds)} s.`,
    );
  }
  if (rounds_cut && algorithm.boosted_trees)
    sentences.push(
      `Boosting was ended by the time budget of ${budget_seconds} s while it was still gaining, after ${algorithm.boosted_trees[0]!['rounds']} rounds.`,
    );
  if (sentences.length === 0) return [];
  const message = [...sentences, 'With more time_budget_seconds the model may be better.'].join(' ');
  return [{ code: 'search_cut_short', message }];
}

function overBudget({ seconds, run_seconds, budget_seconds, leaderboard }: Search): TrainingWarning[] {
  if (run_seconds <= budget_seconds) return [];
  const tried = leaderboard.filter(({ family }) => family !== 'blend').length;
  const message = `The run took ${Math.ceil(run_seconds)} s, more than its time budget of ${budget_seconds} s: trying ${tried} ${tried === 1 ? 'candidate' : 'candidates'} took ${seconds.toFixed(1)} s, and fitting and measuring the model ${(run_seconds - seconds).toFixed(1)} s. Two candidates, and the fits of what they tell, are the least that is done.`;
  return [{ code: 'over_budget', message }];
}

/** Groups that the rows were asked to be split by are no news. */
const REASONS: Readonly<Record<Exclude<ExcludedColumn['reason'], 'group'>, string>> = {
  empty: 'it has no value',
  constant: 'it has one value only',
  identifier: 'no value occurs twice, so that it says nothing of new rows',
  duplicate: 'it holds the same values as an earlier column',
};

function dropped({ column, reason }: ExcludedColumn): TrainingWarning[] {
  if (reason === 'group') return [];
  const message = `Column ${quote(column)} is not used: ${REASONS[reason]}.`;
  return [{ code: 'column_dropped', column, message }];
}

function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
