import type { ModelDocument } from '../../model/scoring/document.ts';
import type { Mode, Task } from '../../modes.ts';
import type { ColumnType } from '../../table/types.ts';
import type { TrainParams } from './params.ts';

export interface TrainSpec {
  readonly mode: Mode;
  readonly target: string;
  /** Default: regression for a numeric target with more than 20 distinct values, else classification. */
  readonly task?: Task;
  readonly seed: number;
  readonly params: TrainParams;
  /**
   * Types known from the file, by column name. Columns without one: `number` columns are numbers, `category`
   * columns are booleans or datetimes when every label is one, else strings. A datetime may come as a `number`
   * column of milliseconds since 1970 or as a `category` column of ISO 8601 labels.
   */
  readonly columnTypes?: Readonly<Record<string, ColumnType>>;
}

export interface TrainProgress {
  readonly stage: 'prepare' | 'search' | 'fit' | 'evaluate' | 'refit';
  /** Of the whole run, 0 … 1, never falling. */
  readonly fraction: number;
}

export interface TrainHooks {
  onProgress(progress: TrainProgress): void;
}

export interface TrainedRun {
  readonly task: Task;
  readonly model: ModelDocument;
  readonly metrics: TrainingMetrics;
}

export type TrainingMetrics = ClassificationMetrics | RegressionMetrics;

/** Precision, recall and F1 are unweighted means over the classes, 0 where a class has no such rows (scikit-learn: macro, zero_division=0). */
export interface ClassificationQuality {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Of two classes: of the second; of more: mean of each against the rest. Null when the rows hold one class. */
  readonly roc_auc: number | null;
  /** Natural logarithm, probabilities clipped to [ε, 1 − ε], ε = 2⁻⁵². */
  readonly log_loss: number;
}

export interface RegressionQuality {
  readonly r2: number;
  readonly mse: number;
  readonly rmse: number;
  readonly mae: number;
}

interface CommonMetrics {
  /** Rows with a target, held-out ones included. */
  readonly n_samples: number;
  /** Columns the model uses. */
  readonly n_features: number;
  readonly n_train: number;
  /** Rows the measured model did not see; every figure of quality here is of these. */
  readonly n_test: number;
  /** Rows left out because their target is missing. */
  readonly n_dropped: number;
  /** The kept model is fitted again on all rows, with the settings of the measured one. */
  readonly refitted_on: 'all_rows';
  readonly algorithm: AlgorithmSummary;
  readonly excluded: readonly ExcludedColumn[];
  readonly feature_importances: readonly FeatureImportance[];
}

export interface ClassificationMetrics extends CommonMetrics, ClassificationQuality {
  readonly task: 'classification';
  readonly classes: readonly string[];
  /** `confusion_matrix[actual][predicted]`, rows, in the order of `classes`. */
  readonly confusion_matrix: readonly (readonly number[])[];
  readonly baseline: ClassificationQuality & { readonly strategy: 'majority_class' };
}

export interface RegressionMetrics extends CommonMetrics, RegressionQuality {
  readonly task: 'regression';
  readonly baseline: RegressionQuality & { readonly strategy: 'mean' };
}

/** What was fitted, with the settings that were used or chosen. */
export interface AlgorithmSummary {
  readonly name: string;
  readonly settings: Readonly<Record<string, number | string | boolean>>;
}

export interface ExcludedColumn {
  readonly column: string;
  readonly reason: 'empty' | 'constant' | 'identifier' | 'duplicate';
}

/** How much the score (R² or accuracy) falls when the column's held-out values are shuffled; the highest first. */
export interface FeatureImportance {
  readonly feature: string;
  readonly importance: number;
}
