import type { Design } from '../../scoring/design.ts';
import { FIRST_LABEL_PENALTY, labelPenalties } from './label-penalties.ts';
import { minimise, type Stop } from './lbfgs.ts';
import type { Evidence, Loss } from './loss.ts';
import { preconditioner } from './preconditioner.ts';

export interface PenaltySettings {
  /** The penalty of every weight; with `estimatesLabels` of those of numbers. */
  readonly l2: number;
  /** Whether each column's labels have a penalty by how much they differ. */
  readonly estimatesLabels: boolean;
}

/** The first steps end when the next promises so much of what the first one did. */
const ROUGH = 0.01;
/** From so many rows on they are made on a part of them. Not with labels, of which many are rare. */
const MANY_ROWS = 20_000;
const SHARE = 8;
/** How far the loss may stay above its least, as a share of one row's: a thousandth of a standard error of a weight, */
const TOLERANCE = 1e-6;
/** and a hundredth where rows are many and such errors small. */
const TOLERANCE_OF_MANY = 1e-4;

/**
 * Minimises loss + ½ Σ penalty · w²; intercepts are free. In two parts: after the first steps it is clearer how the loss
 * curves, and how much labels differ.
 *
 * @param isNear `start` is the result of similar settings
 */
export function descend(
  loss: Loss,
  settings: PenaltySettings,
  start: Float64Array,
  isNear = false,
): Float64Array {
  const { design } = loss;
  const { rows, hot } = design;
  const tolerance = (rows < MANY_ROWS ? TOLERANCE : TOLERANCE_OF_MANY) / rows;
  const from = (x: Float64Array, evidence: Evidence, penalties: Float64Array, stop: Stop, share = 1) =>
    minimise(
      (at, gradient) => loss.valueAt(at, gradient, share) + penalise(at, gradient, penalties),
      x,
      preconditioner(loss.sample, design, evidence, penalties),
      stop,
    );
  let penalties = firstPenalties(design, settings);
  let x = start;
  if (!isNear) {
    const share = hot.length === 0 && rows >= MANY_ROWS ? SHARE : 1;
    x = from(x, loss.evidenceAt(x, penalties), penalties, { tolerance, decrease: ROUGH }, share);
  }
  const evidence = loss.evidenceAt(x, penalties);
  if (settings.estimatesLabels) penalties = labelPenalties(design, evidence, x, penalties);
  return from(x, evidence, penalties, { tolerance });
}

export function firstPenalties(
  { width, hot }: Design,
  { l2, estimatesLabels }: PenaltySettings,
): Float64Array {
  const penalties = new Float64Array(width).fill(l2);
  if (estimatesLabels) {
    for (const { start, count } of hot) penalties.fill(FIRST_LABEL_PENALTY, start, start + count);
  }
  return penalties;
}

/** Adds penalty · w to the gradient; returns ½ Σ penalty · w². */
function penalise(x: Float64Array, gradient: Float64Array, penalties: Float64Array): number {
  let sum = 0;
  for (let offset = 0; offset < x.length; offset += penalties.length + 1) {
    for (let j = 0; j < penalties.length; j++) {
      const pull = penalties[j]! * x[offset + j]!;
      sum += pull * x[offset + j]!;
      gradient[offset + j]! += pull;
    }
  }
  return sum / 2;
}
