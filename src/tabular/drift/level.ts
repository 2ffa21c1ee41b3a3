/** How far inputs have moved away from the training data; `unknown`: too few rows, or nothing to compare with. */
export type DriftLevel = 'stable' | 'moderate' | 'significant' | 'unknown';

const MODERATE = 0.1;
const SIGNIFICANT = 0.25;

/** The usual reading of a population stability index (Siddiqi, 2006). */
export function levelOf(index: number): DriftLevel {
  if (index < MODERATE) return 'stable';
  return index < SIGNIFICANT ? 'moderate' : 'significant';
}
