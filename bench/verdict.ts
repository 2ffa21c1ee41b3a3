import type { Aim } from './part.ts';
import type { RatioResult } from './results.ts';

/** Two runs on a quiet machine differ by as much. */
const TOLERANCE = 0.1;

export type Verdict = 'as before' | 'better' | 'worse';

/**
 * Whether a ratio has changed beyond its noise: the spreads of the rounds, then and now, do not touch, and the medians
 * are further apart than two quiet runs are.
 */
export function verdict(before: RatioResult, now: RatioResult): Verdict {
  const apart = Math.abs(now.median / before.median - 1) > TOLERANCE;
  const higher = now.low > before.high;
  const lower = now.high < before.low;
  if (!apart || !(higher || lower)) return 'as before';
  return higher === (before.better === 'higher') ? 'better' : 'worse';
}

export const meets = (aim: Aim, median: number): boolean =>
  'atMost' in aim ? median <= aim.atMost : median >= aim.atLeast;
