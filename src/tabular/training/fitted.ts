import type { Fit, ModelSpecification } from './fit-model.ts';
import type { OutOfFold } from './quality/cross-validation.ts';
import type { Search } from './types.ts';

/** The model that is measured, and how it was come by. */
export interface Fitted {
  readonly specification: ModelSpecification;
  readonly search: Omit<Search, 'run_seconds'> | null;
  /** What the search saw of the recipe; null without folds. */
  readonly searched: OutOfFold | null;
  readonly fit: Fit;
  readonly fittedRows: number;
  /** What a row costs in a fit; 0: too little to tell. */
  readonly secondsPerRow: number;
}
