import type { Estimator, IntervalReference, ModelDocument, TargetTransform } from '../document.ts';
import { transformed, turnBack } from './target-transform.ts';

export interface Bounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Between which bounds the true values are, with a given probability. */
export interface Intervals {
  /** With more the rows that are known of can't tell. */
  readonly maxLevel: number;
  /** @param level of at most `maxLevel` */
  bounds(predicted: Float64Array, level: number): Bounds;
}

/** Of a regression; undefined for others, and where nothing is known of its residuals. */
export function intervalsOf({ estimator, intervals }: ModelDocument): Intervals | undefined {
  if (!intervals) return undefined;
  const { toScale, fromScale } = scaleOf(estimator);
  const spreadAt = spreadFunction(intervals);
  return {
    maxLevel: maxLevelOf(intervals.rows),
    bounds(predicted, level) {
      const [least, most] = tails(intervals, level);
      const centres = toScale(predicted);
      const spreads = centres.map(spreadAt);
      const lower = fromScale(centres.map((centre, i) => centre + least * spreads[i]!));
      const upper = fromScale(centres.map((centre, i) => centre + most * spreads[i]!));
      return {
        lower: lower.map((bound, i) => Math.min(bound, predicted[i]!)),
        upper: upper.map((bound, i) => Math.max(bound, predicted[i]!)),
      };
    },
  };
}

/** Up to which so many rows can tell: one of them must be beyond each bound. */
export const maxLevelOf = (rows: number): number => Math.max(0, 1 - 2 / (rows + 1));

/** The scale that residuals are measured on: the one that was fitted on. */
export function scaleOf(estimator: Estimator) {
  const transform: TargetTransform | null =
    estimator.kind === 'transformed_target' ? estimator.transform : null;
  const same = (values: Float64Array) => values;
  return {
    toScale: transform ? (values: Float64Array) => transformed(transform, values) : same,
    fromScale: transform ? (values: Float64Array) => turnBack(transform, values) : same,
  };
}

/** Between the points by a straight line, beyond them as at the outermost. */
export function spreadFunction({
  at,
  spread,
}: Pick<IntervalReference, 'at' | 'spread'>): (value: number) => number {
  return (value) => {
    const next = at.findIndex((point) => point >= value);
    if (next === 0) return spread[0]!;
    if (next < 0) return spread.at(-1)!;
    const share = (value - at[next - 1]!) / (at[next]! - at[next - 1]!);
    return spread[next - 1]! + share * (spread[next]! - spread[next - 1]!);
  };
}

/** Counted in ranks, 0.3 may be 0.30000000000000004. */
const ROUNDING = 1e-9;

/**
 * Bounds with half of what is left out beyond each, so that a new row is among them with at least that probability if it
 * is like those that are known (Vovk, Gammerman & Shafer, Algorithmic Learning in a Random World, 2005). Where a rank is
 * not kept, the next one further out.
 */
function tails({ rows, residuals }: IntervalReference, level: number): [number, number] {
  const beyond = ((1 - level) / 2) * (rows + 1);
  const rank = Math.max(1, Math.floor(beyond + ROUNDING));
  const step = (rows - 1) / (residuals.length - 1);
  const least = Math.floor((rank - 1) / step + ROUNDING);
  return [residuals[least]!, residuals[residuals.length - 1 - least]!];
}
