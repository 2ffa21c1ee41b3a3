import type { TargetTransform } from '../../document.ts';
import type { Budget } from '../budget.ts';
import type { Following } from './following.ts';

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
