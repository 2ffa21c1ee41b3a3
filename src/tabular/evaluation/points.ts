/**
 * What a model did with the rows it did not see, in so few points that people can look at them: plain JSON, kept beside
 * the model.
 */
export type Evaluation = (ClassificationEvaluation | RegressionEvaluation) & {
  /** Models made before it was kept have none. */
  readonly partial_dependence?: PartialDependence;
};

/** What the model says of the same rows with one column set to a value, on average: named as scikit-learn does. */
export interface PartialDependence {
  readonly n_rows: number;
  /** Of the outputs: of two classes the second, of more the most frequent; null for regression. */
  readonly classes: readonly string[] | null;
  /** The columns that matter most, the first most. */
  readonly features: readonly FeatureDependence[];
}

export interface FeatureDependence {
  readonly feature: string;
  /** Numbers and dates in their order, labels by how frequent they are. */
  readonly grid_values: readonly (number | string)[];
  /** `average[output][point]` */
  readonly average: readonly (readonly number[])[];
}

export interface ClassificationEvaluation {
  readonly task: 'classification';
  readonly n_test: number;
  /** Of the model, however many are evaluated. */
  readonly n_classes: number;
  /** Of two classes the second alone; of more the most frequent; none that no row has, or every row. */
  readonly classes: readonly ClassPoints[];
}

/** One class against all others. */
export interface ClassPoints {
  readonly class: string;
  readonly n_positive: number;
  readonly cuts: Cuts;
  readonly calibration: Calibration;
}

/**
 * Cut c takes the rows whose probability is at least `thresholds[c]` for the class. The first takes none and has no
 * threshold, the last takes all.
 */
export interface Cuts {
  readonly thresholds: readonly (number | null)[];
  readonly true_positives: readonly number[];
  readonly false_positives: readonly number[];
}

/** As scikit-learn's `calibration_curve`, ten bins of equal width; those without rows are left out. */
export interface Calibration {
  readonly prob_true: readonly number[];
  readonly prob_pred: readonly number[];
  readonly counts: readonly number[];
}

export interface RegressionEvaluation {
  readonly task: 'regression';
  readonly n_test: number;
  readonly residuals: Residuals;
  /** Of some rows, drawn by the seed. */
  readonly predictions: { readonly y_true: readonly number[]; readonly y_pred: readonly number[] };
}

/** True less predicted value. */
export interface Residuals {
  readonly mean: number;
  /** The outermost bins reach as far as there are residuals, all others are as wide as each other. */
  readonly histogram: { readonly bin_edges: readonly number[]; readonly counts: readonly number[] };
  readonly quantiles: { readonly q: readonly number[]; readonly values: readonly number[] };
}
