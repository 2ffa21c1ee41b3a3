import type { Estimator, IntervalReference } from '../../document.ts';
import { maxLevelOf, scaleOf, spreadFunction } from '../../scoring/intervals.ts';
import { type TrainingData, targetValues } from '../training-data.ts';
import type { IntervalSummary } from '../types.ts';

/** Fewer say too little for any interval. */
const MIN_ROWS = 9;
/** Kept at equal steps of rank: of more, each stands for a four-hundredth of the rows. */
const MAX_RESIDUALS = 401;
const MAX_POINTS = 10;
const ROWS_PER_POINT = 50;
/** Of the mean spread: a stretch of perfect predictions is luck. */
const LEAST_SPREAD = 0.05;
const DIGITS = 7;

interface Calibration {
  readonly data: TrainingData;
  /** That none of the models saw which predicted them. */
  readonly rows: Int32Array;
  readonly predicted: Float64Array;
  readonly measuredOn: IntervalSummary['measured_on'];
}

/** What the intervals of a regression's model are made of. */
export function calibrate(
  estimator: Estimator,
  { data: { target }, rows, predicted, measuredOn }: Calibration,
): { readonly reference?: IntervalReference | undefined; readonly summary: IntervalSummary | null } {
  if (target.task !== 'regression') return { summary: null };
  const reference = intervalReference(targetValues(target, rows), predicted, estimator);
  if (!reference) return { summary: null };
  return {
    reference,
    summary: { measured_on: measuredOn, rows: rows.length, max_level: maxLevelOf(rows.length) },
  };
}

/**
 * How far rows that the model did not see were from what it said, relative to how far they are around such a prediction
 * (split conformal prediction with normalised residuals; Lei et al., 2018).
 */
function intervalReference(
  actual: Float64Array,
  predicted: Float64Array,
  estimator: Estimator,
): IntervalReference | undefined {
  const rows = actual.length;
  if (rows < MIN_ROWS) return undefined;
  const { toScale } = scaleOf(estimator);
  const [truth, centres] = [toScale(actual), toScale(predicted)];
  const errors = truth.map((value, row) => value - centres[row]!);
  if (!errors.every(Number.isFinite)) return undefined;
  const points = spreadPoints(errors, centres);
  const spreadAt = spreadFunction(points);
  const relative = errors.map((error, row) => error / spreadAt(centres[row]!)).sort();
  const kept = Math.min(rows, MAX_RESIDUALS);
  const residuals = Array.from({ length: kept }, (_, i) =>
    rounded(relative[outwards((i * (rows - 1)) / (kept - 1), rows)]!),
  );
  return { rows, residuals, ...points };
}

/** So that no bound is narrower for what was left out. */
const outwards = (rank: number, rows: number) => (rank < (rows - 1) / 2 ? Math.floor(rank) : Math.ceil(rank));

/** The mean error of rows of like predictions, at their mean prediction. */
function spreadPoints(errors: Float64Array, centres: Float64Array): Pick<IntervalReference, 'at' | 'spread'> {
  const order = Int32Array.from(errors.keys()).sort((a, b) => centres[a]! - centres[b]!);
  const overall = meanSize(errors, order) || 1;
  const count = Math.max(1, Math.min(MAX_POINTS, Math.floor(order.length / ROWS_PER_POINT)));
  const parts = Array.from({ length: count }, (_, p) =>
    order.subarray((p * order.length) / count, ((p + 1) * order.length) / count),
  );
  const points = parts.map((part) => ({
    at: rounded(part.reduce((sum, row) => sum + centres[row]! / part.length, 0)),
    spread: rounded(Math.max(meanSize(errors, part), LEAST_SPREAD * overall)),
  }));
  // Parts of one and the same prediction have one point.
  const distinct = points.filter(({ at }, p) => p === 0 || at > points[p - 1]!.at);
  return { at: distinct.map(({ at }) => at), spread: distinct.map(({ spread }) => spread) };
}

const meanSize = (errors: Float64Array, rows: Int32Array) =>
  rows.reduce((sum, row) => sum + Math.abs(errors[row]!) / rows.length, 0);

const rounded = (value: number) => Number(value.toPrecision(DIGITS));
