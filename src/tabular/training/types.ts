import type { ModelDocument, TargetTransform } from '../document.ts';
import type { Evaluation } from '../evaluation/points.ts';
import type { ColumnType, Mode, Table, Task } from '../table.ts';
import type { CellForm } from '../values/cell-form.ts';
import type { ClassWeight, TrainParams } from './params.ts';
import type { SplitParam } from './split-params.ts';

export interface TrainSpec {
  readonly mode: Mode;
  readonly target: string;
  /** Default: regression for a numeric target with more than 20 distinct values, else classification. */
  readonly task?: Task;
  /** A whole number from 0 to `MAX_SEED`. */
  readonly seed: number;
  readonly params: TrainParams;
  /**
   * Types known from the file, by column name. Columns without one: `number` columns are numbers, `category`
   * columns are booleans or datetimes when every label is one, else strings. A datetime may come as a `number`
   * column of milliseconds since 1970 or as a `category` column of ISO 8601 labels.
   */
  readonly columnTypes?: Readonly<Record<string, ColumnType>>;
  /** Of columns whose cells were read by a form, so that texts to predict are read by it too. */
  readonly columnForms?: Readonly<Record<string, CellForm>>;
  /** What held no value in the file, beside what never does, so that it holds none in rows to predict. */
  readonly naValues?: readonly string[] | undefined;
  /** A table with the same columns that quality is measured on, instead of on rows that are held out. */
  readonly validation?: Table;
  /** How many threads heavy mode may use. Default: one for each processor. The result does not depend on it. */
  readonly threads?: number;
  /**
   * When the run began, by `performance.now()`, where it did something before: heavy mode's time budget counts from then.
   * Default: now.
   */
  readonly begunAt?: number;
  /** A run whose estimated memory is above it fails before it starts. Default: no limit. */
  readonly memoryLimitMb?: number;
}

export interface TrainProgress {
  readonly stage: 'prepare' | 'search' | 'fit' | 'evaluate' | 'refit';
  /** Of the whole run, 0 … 1, never falling. */
  readonly fraction: number;
  /** Heavy: finished trials and how many there will be unless the time budget ends. */
  readonly trial?: number;
  readonly trials?: number;
  /** Of the best trial so far, on the search's own test rows: R² or minus the log loss; higher is better. */
  readonly best_score?: number;
  /** Estimated from the speed so far. */
  readonly remaining_seconds?: number;
}

export interface TrainHooks {
  onProgress(progress: TrainProgress): void;
  /** Heavy: a candidate has been tried. */
  onTrial?(trial: LeaderboardEntry): void;
}

export interface TrainedRun {
  readonly task: Task;
  readonly model: ModelDocument;
  readonly metrics: TrainingMetrics;
  readonly evaluation: Evaluation;
  readonly warnings: readonly TrainingWarning[];
}

/** What is odd about a table or a model, without being an error: docs/warnings.md. */
export interface TrainingWarning {
  readonly code:
    | 'possible_leak'
    | 'few_rows_per_class'
    | 'few_rows_held_out'
    | 'imbalance'
    | 'heavy_tailed_target'
    | 'no_better_than_baseline'
    | 'search_cut_short'
    | 'over_budget'
    | 'column_dropped';
  readonly column?: string;
  readonly message: string;
}

export type TrainingMetrics = ClassificationMetrics | RegressionMetrics;

/**
 * Precision, recall and F1 are unweighted means over the classes, 0 where a class has no such rows (scikit-learn: macro,
 * zero_division=0); null when all rows are of one class, which whoever always says it would score 1 in.
 */
export interface ClassificationQuality {
  readonly accuracy: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /**
   * Of two classes: of the second; of more: mean of each against the rest. A class counts from two rows on, one row's rank
   * being chance; null when none does.
   */
  readonly roc_auc: number | null;
  /** Natural logarithm, probabilities clipped to [ε, 1 − ε], ε = 2⁻⁵². */
  readonly log_loss: number;
}

export interface RegressionQuality {
  readonly r2: number;
  readonly mse: number;
  readonly rmse: number;
  readonly mae: number;
  /** Which a few outliers do not move. */
  readonly median_absolute_error: number;
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
  readonly measured_on: 'held_out_rows' | 'validation_dataset';
  /** How rows were parted, for the figures and within the search. */
  readonly split: SplitSummary;
  /** The kept model is fitted on all rows, with the settings of the measured one. */
  readonly refitted_on: 'all_rows';
  /** Null where no folds were tried. */
  readonly cross_validation: CrossValidation | null;
  readonly algorithm: AlgorithmSummary;
  readonly search: Search | null;
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
  readonly target_transform: TargetTransformSummary;
  readonly baseline: RegressionQuality & { readonly strategy: 'mean' };
  /** What prediction intervals are made of; null: too few rows. */
  readonly intervals: IntervalSummary | null;
}

/** The function of the target that the model is fitted on; predictions and figures are of the target itself. */
export interface TargetTransformSummary {
  readonly name: TransformName;
  /** What helped on held-out training rows; null where nothing was tried. */
  readonly compared: readonly TransformTrial[] | null;
}

export interface TransformTrial {
  readonly name: TransformName;
  readonly mae: number;
  readonly mse: number;
}

type TransformName = TargetTransform['name'] | 'none';

export type Settings = Readonly<Record<string, number | string | boolean>>;

/** What was fitted, with the settings that were used or chosen. */
export interface AlgorithmSummary {
  readonly name: 'linear' | 'boosted_trees' | 'blend';
  readonly linear: Settings | null;
  /** One model each; their mean is taken, by their `weight`. */
  readonly boosted_trees: readonly Settings[] | null;
  readonly weight_of_trees: number;
  readonly class_weight: ClassWeight;
}

/** Heavy: what the search tried, the lowest loss first. */
export interface Search {
  readonly strategy: 'k_fold' | 'hold_out';
  readonly loss: 'log_loss' | 'one_minus_r2';
  readonly leaderboard: readonly LeaderboardEntry[];
  /** Candidates for which the time budget left no time. */
  readonly not_begun: number;
  /** Whether the budget ended boosting while it was still gaining. */
  readonly rounds_cut: boolean;
  readonly seconds: number;
  /** Of the whole run, and what it may take. */
  readonly run_seconds: number;
  readonly budget_seconds: number;
}

export interface LeaderboardEntry {
  readonly family: AlgorithmSummary['name'];
  readonly settings: Settings;
  readonly loss: number;
  readonly seconds: number;
}

export type CrossValidation = {
  readonly folds: number;
  /** How many times over. */
  readonly repeats: number;
  /** That were tested, each once a repeat. */
  readonly rows: number;
  /** Whether the recipe was chosen by these very figures, or by others of these rows: they may flatter it. */
  readonly used_for_selection: boolean;
} & { readonly [Figure in keyof ClassificationQuality | keyof RegressionQuality]?: FoldScores };

export interface IntervalSummary {
  readonly measured_on: 'out_of_fold_rows' | CommonMetrics['measured_on'];
  readonly rows: number;
  readonly max_level: number;
}

export interface FoldScores {
  readonly mean: number | null;
  readonly std: number | null;
  /** Of each fold; null where its rows can't tell. */
  readonly values: readonly (number | null)[];
}

export interface SplitSummary {
  readonly kind: SplitParam['kind'];
  readonly column?: string;
  /** As it was asked for; `n_test` rows are what came of it. Not there when the figures are of a validation dataset. */
  readonly test_fraction?: number;
  /** By time: what is held out begins with it, a number or a timestamp. */
  readonly test_from?: number | string;
  /** By group: how many there are, and how many of them are held out. */
  readonly groups?: number;
  readonly test_groups?: number;
}

export interface ExcludedColumn {
  readonly column: string;
  readonly reason: 'empty' | 'constant' | 'identifier' | 'duplicate' | 'group';
}

export interface FeatureImportance {
  readonly feature: string;
  /**
   * How much worse held-out rows are predicted with the column's values shuffled: by how much the log loss rises, or R²
   * falls; the mean of some shuffles, the highest first.
   */
  readonly importance: number;
  /** How far the shuffles lie apart; 0 where there was time for one. */
  readonly importance_std: number;
  /** Where trees take part: the column's share of all that their splits gained on the training rows; they sum to 1. */
  readonly gain?: number;
}
