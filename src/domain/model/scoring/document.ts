import type { Task } from '../../modes.ts';
import type { ColumnType } from '../../table/types.ts';

/**
 * A trained model as plain JSON: everything needed to score a row, nothing that points outside. Columns and
 * classes are lists, never object keys, so that any name a file may carry (`__proto__` too) is only data.
 */
export interface ModelDocument {
  readonly format: typeof MODEL_FORMAT;
  readonly version: typeof MODEL_VERSION;
  readonly task: Task;
  readonly target: string;
  /** Labels exactly as in the data; null for regression. */
  readonly classes: readonly string[] | null;
  /** What a row must carry. Encoders refer to these by position. */
  readonly columns: readonly InputColumn[];
  readonly estimator: Estimator;
}

export const MODEL_FORMAT = 'mlops-backend.model';
export const MODEL_VERSION = 1;

export interface InputColumn {
  readonly name: string;
  readonly type: ColumnType;
}

export type Estimator = LinearEstimator;

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
 * One 0/1 feature for each label, then, where set, one for every other label and one for a missing value. A label
 * without a feature leaves all of them 0.
 */
export interface OneHotEncoder {
  readonly kind: 'one_hot';
  readonly input: number;
  /** Of datetime columns: which part, written as a decimal number, is the label. */
  readonly part?: DatePart;
  readonly labels: readonly string[];
  readonly other: boolean;
  readonly missing: boolean;
}

/** In UTC; `time` is days since 1970, `weekday` is 0 on Sundays, `month` and `day` count from 1. */
export const DATE_PARTS = ['time', 'year', 'month', 'day', 'weekday', 'hour'] as const;
export type DatePart = (typeof DATE_PARTS)[number];
