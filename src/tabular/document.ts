import type { ColumnType, Task } from './table.ts';
import type { CellForm } from './values/cell-form.ts';

/**
 * A trained model as plain JSON: everything needed to score a row, nothing that points outside. Columns and
 * classes are lists, never object keys, so that any name a file may carry (`__proto__` too) is only data.
 */
export interface ModelDocument {
  readonly format: typeof MODEL_FORMAT;
  readonly version: ModelVersion;
  readonly task: Task;
  readonly target: string;
  /** Labels exactly as in the data; null for regression. */
  readonly classes: readonly string[] | null;
  /** What a row must carry. Encoders refer to these by position. */
  readonly columns: readonly InputColumn[];
  /** Cells that hold no value, beside those that never do, as numbers or texts; compared exactly. */
  readonly naValues?: readonly string[];
  readonly estimator: Estimator;
  /** How each input was spread in training, in the order of `columns`; models made before it was kept have none. */
  readonly reference?: readonly ColumnReference[];
  /** Of a regression; models made before it was kept have none. */
  readonly intervals?: IntervalReference;
}

/**
 * How far rows that a model did not see were from its predictions, on the scale that it was fitted on. Between the points
 * `at` the spread is interpolated.
 */
export interface IntervalReference {
  /** That were looked at. */
  readonly rows: number;
  /** True less predicted, divided by the spread there; ascending: of all rows, or at equal steps of rank. */
  readonly residuals: readonly number[];
  /** Predictions, ascending. */
  readonly at: readonly number[];
  /** Of the residuals at each of them. */
  readonly spread: readonly number[];
}

export const MODEL_FORMAT = 'mlops-backend.model';
/**
 * What is written. 2: a one-hot group may have labels that share features (`hashed`). 3: an estimator may be of a
 * transformed target.
 */
export const MODEL_VERSION = 3;
/** What is read: a model of an earlier version is one of this version as it stands. */
export const READABLE_VERSIONS = [1, 2, MODEL_VERSION] as const;
export type ModelVersion = (typeof READABLE_VERSIONS)[number];

export interface InputColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** How its numbers or dates are written as texts, where that is not as JSON and ISO 8601 write them. */
  readonly form?: CellForm;
}

/**
 * How a column's values fall into bins. Of numbers (dates are numbers too) bin b holds `edges[b − 1] < value ≤ edges[b]`
 * and one more the missing ones; of categories each label has a bin, then every other label, then missing.
 */
export type ColumnBins =
  | { readonly kind: 'number'; readonly edges: readonly number[] }
  | { readonly kind: 'category'; readonly labels: readonly string[] };

/** `counts[bin]`: rows of the training data. */
export type ColumnReference = ColumnBins & { readonly counts: readonly number[] };

export type Estimator = FittedEstimator | TransformedTargetEstimator;
export type FittedEstimator = LinearEstimator | TreesEstimator | BlendEstimator;

/** Of a regression that was fitted on a function of the target: what is predicted is turned back. */
export interface TransformedTargetEstimator {
  readonly kind: 'transformed_target';
  readonly transform: TargetTransform;
  readonly estimator: FittedEstimator;
}

/**
 * A function of the target's values: `log` is ln y, `symlog` is sign(y) · ln(1 + |y| / scale). Values on its scale are
 * taken as between `least` and `most` before they are turned back, so that none ever becomes infinite.
 */
export type TargetTransform = { readonly least: number; readonly most: number } & (
  | { readonly name: 'log' }
  | { readonly name: 'symlog'; readonly scale: number }
);

/**
 * Predictions (values, or the classes' probabilities) are the members' weighted mean. Weights are positive and sum
 * to 1.
 */
export interface BlendEstimator {
  readonly kind: 'blend';
  readonly members: readonly {
    readonly weight: number;
    readonly estimator: LinearEstimator | TreesEstimator;
  }[];
}

/**
 * Scores are `base[k]` plus the values of the leaves a row falls into in trees k, k + outputs, k + 2 · outputs …
 * All nodes of all trees stand in one list, each tree in preorder from its root: an inner node's left child comes
 * next after it. A row goes left if its feature ≤ threshold, or if the feature is missing and `missingLeft` is 1.
 */
export interface TreesEstimator {
  readonly kind: 'trees';
  readonly encoders: readonly TreeEncoder[];
  readonly base: readonly number[];
  /** First node of each tree. */
  readonly roots: readonly number[];
  /** Position among the encoders; −1 marks a leaf. */
  readonly feature: readonly number[];
  /** Of a leaf: its value. */
  readonly threshold: readonly number[];
  /** The right child; 0 for leaves. */
  readonly right: readonly number[];
  readonly missingLeft: readonly number[];
  /** Training rows that came to each node; models made before it was kept have none. */
  readonly cover?: readonly number[];
}

/** Each makes one feature. */
export type TreeEncoder = NumberEncoder | LabelEncoder;

/** The number as it is. */
export interface NumberEncoder {
  readonly kind: 'number';
  readonly input: number;
  /** Of datetime columns: which part is the number. */
  readonly part?: DatePart;
}

/** A number for each label; `other` for an unknown label; a missing value stays missing. */
export interface LabelEncoder {
  readonly kind: 'label';
  readonly input: number;
  readonly labels: readonly string[];
  readonly values: readonly number[];
  readonly other: number;
}

/**
 * Scores are `intercepts[k] + Σ weights[k][j] · feature j`, features in the encoders' order: one score for
 * regression (the prediction) and for two classes (the log-odds of the second), else one for each class
 * (softmax gives the probabilities).
 */
export interface LinearEstimator {
  readonly kind: 'linear';
  readonly encoders: readonly LinearEncoder[];
  readonly weights: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
  /** `means[k][column]`: what a column adds to score k, on average over the training rows; older models have none. */
  readonly means?: readonly (readonly number[])[];
}

export type LinearEncoder = StandardEncoder | OneHotEncoder;

/** One feature `(x − mean) / scale`, 0 when missing; with `flag` a second one that is 1 when missing, else 0. */
export interface StandardEncoder {
  readonly kind: 'standard';
  readonly input: number;
  /** Of datetime columns: which part is the number. */
  readonly part?: DatePart;
  readonly mean: number;
  readonly scale: number;
  readonly flag: boolean;
}

/**
 * One 0/1 feature for each label, then those that `hashed` labels share, then, where set, one for every other label and
 * one for a missing value. A label without a feature leaves all of them 0.
 */
export interface OneHotEncoder {
  readonly kind: 'one_hot';
  readonly input: number;
  /** Of datetime columns: which part, written as a decimal number, is the label. */
  readonly part?: DatePart;
  readonly labels: readonly string[];
  /** Further labels, by the hash of their name (`hashOf`) in one of so many features. */
  readonly hashed?: HashedLabels;
  readonly other: boolean;
  readonly missing: boolean;
}

export interface HashedLabels {
  readonly features: number;
  readonly labels: readonly string[];
}

/** In UTC; `time` is days since 1970, `weekday` is 0 on Sundays, `month` and `day` count from 1. */
export const DATE_PARTS = ['time', 'year', 'month', 'day', 'weekday', 'hour'] as const;
export type DatePart = (typeof DATE_PARTS)[number];
