import type { TrainingRun } from '../client/index.ts';

/** What the console shows of a run's `metrics` (docs/models.md); of what an older run has not, nothing. */
export interface Metrics {
  readonly n_train?: number;
  readonly n_test?: number;
  readonly baseline?: Readonly<Record<string, number | string | null>>;
  readonly classes?: readonly string[];
  readonly confusion_matrix?: readonly (readonly number[])[];
  readonly feature_importances?: readonly { readonly feature: string; readonly importance: number }[];
  readonly excluded?: readonly { readonly column: string; readonly reason: string }[];
  readonly search?: { readonly leaderboard: readonly Trial[] } | null;
  /** Up to which level the rows that were measured on can tell. */
  readonly intervals?: { readonly max_level: number } | null;
  readonly algorithm?: { readonly name: string; readonly weight_of_trees: number };
}

export interface Trial {
  readonly family: string;
  readonly settings: Readonly<Record<string, number | string | boolean>>;
  readonly loss: number;
  readonly seconds: number;
}

const SCORES = {
  classification: ['accuracy', 'roc_auc', 'f1', 'precision', 'recall', 'log_loss'],
  regression: ['r2', 'rmse', 'mae', 'median_absolute_error'],
} as const;

export const metricsOf = ({ metrics }: Pick<TrainingRun, 'metrics'>): Metrics => (metrics ?? {}) as Metrics;

export interface Score {
  readonly name: string;
  readonly value: number;
  readonly baseline: number | undefined;
}

const numberIn = (values: object | null | undefined, name: string): number | undefined => {
  const value = (values as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return typeof value === 'number' ? value : undefined;
};

/** The figures of quality that a run has, the most telling one first. */
export function scoresOf(run: Pick<TrainingRun, 'metrics' | 'task'>): readonly Score[] {
  const { baseline } = metricsOf(run);
  return SCORES[run.task].flatMap((name) => {
    const value = numberIn(run.metrics, name);
    return value === undefined ? [] : [{ name, value, baseline: numberIn(baseline, name) }];
  });
}
