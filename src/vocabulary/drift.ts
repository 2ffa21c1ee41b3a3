import type { DriftLevel } from '#tabular';

/** How far a model's inputs have moved away from its training data. */
export const DRIFT_LEVELS = [
  'stable',
  'moderate',
  'significant',
  'unknown',
] as const satisfies readonly DriftLevel[];

export type { DriftLevel };
