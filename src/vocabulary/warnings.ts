/** What is odd about a table, a model or what it is asked, without being an error: docs/warnings.md. */

/** Of a table, from its profile. */
export const DATASET_WARNINGS = [
  'looks_like_number',
  'identifier',
  'constant',
  'duplicate',
  'mostly_empty',
] as const;

export interface Warning<Code extends string = string> {
  readonly code: Code;
  /** The column that it is about, where it is about one. */
  readonly column?: string;
  /** A sentence for people. */
  readonly message: string;
}

export type DatasetWarning = Warning<(typeof DATASET_WARNINGS)[number]>;
