/** What own.ts and reference.py print of a fit. */
export interface Result {
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly peak_mb: number;
  readonly accuracy?: number;
  readonly roc_auc?: number;
  readonly log_loss?: number;
  readonly r2?: number;
  readonly mae?: number;
  readonly rows_per_second?: number;
  readonly algorithm?: { readonly name: string };
}

export const OWN = ['light', 'heavy', 'linear', 'boosted'] as const;
export type Own = (typeof OWN)[number];
export const REFERENCES = [
  'linear',
  'hist_gradient_boosting',
  'same_settings',
  'random_forest',
  'xgboost',
] as const;
export type Reference = (typeof REFERENCES)[number];

/** Whose quality heavy is held to. */
export const RIVALS = ['linear', 'hist_gradient_boosting', 'random_forest', 'xgboost'] as const;
/** Whose quality is shown. */
export const JUDGED: readonly (Own | Reference)[] = ['light', 'heavy', ...RIVALS];

/** The results of each split, the first one of a fit by itself; undefined where there are none. */
export type Measured<Name extends string> = Readonly<Record<Name, readonly Result[] | undefined>>;
