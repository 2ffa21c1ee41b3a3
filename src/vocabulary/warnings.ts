import type { TrainingWarning } from '#tabular';

/** What is odd about a table, a model or what it is asked, without being an error: docs/warnings.md. */

/** Of a table, from its profile. */
export const DATASET_WARNINGS = [
  'converted',
  'first_sheet',
  'no_header',
  'renamed',
  'ambiguous_form',
  'looks_like_number',
  'identifier',
  'constant',
  'duplicate',
  'mostly_empty',
] as const;

/** Of a run: how its request was read, what its table and its model are like. */
export const RUN_WARNINGS = [
  'task_guessed',
  'possible_leak',
  'few_rows_per_class',
  'few_rows_held_out',
  'imbalance',
  'heavy_tailed_target',
  'no_better_than_baseline',
  'search_cut_short',
  'over_budget',
  'column_dropped',
] as const satisfies readonly ('task_guessed' | TrainingWarning['code'])[];

/** Of a prediction: what its model is asked about of late. */
export const PREDICTION_WARNINGS = ['drift'] as const;

export interface Warning<Code extends string = string> {
  readonly code: Code;
  /** The column that it is about, where it is about one. */
  readonly column?: string;
  /** A sentence for people. */
  readonly message: string;
}

export type DatasetWarning = Warning<(typeof DATASET_WARNINGS)[number]>;
export type RunWarning = Warning<(typeof RUN_WARNINGS)[number]>;
export type PredictionWarning = Warning<(typeof PREDICTION_WARNINGS)[number]>;
