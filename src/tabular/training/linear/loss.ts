import type { Design } from '../../scoring/design.ts';
import type { Sample } from './sample.ts';

/** A convex loss of a linear model, summed over the rows. `x`: for each output the weights, then the intercept. */
export interface Loss {
  readonly design: Design;
  readonly sample: Sample;
  /**
   * Writes the gradient.
   *
   * @param share one row of so many is looked at, and counts as many times
   */
  valueAt(x: Float64Array, gradient: Float64Array, share: number): number;
  evidenceAt(x: Float64Array, penalties: Float64Array): Evidence;
}

/** How a loss curves at a point. */
export interface Curvature {
  /** Of a row of the sample, between two outputs' scores. */
  between(k: number, l: number, row: number): number;
  /** For each output Σ curvature · x over all rows: of the labels' features, and after the weights of the intercept. */
  readonly sums: readonly Float64Array[];
}

/** What the rows say around a point. */
export interface Evidence extends Curvature {
  /** For each output: the loss's slopes by the labels' weights, */
  readonly slopes: readonly Float64Array[];
  /** and how much of each is chance, as a variance. */
  readonly noise: readonly Float64Array[];
  /** What variances of effects are measured in: the variance of a row's response, where the loss is not divided by it. */
  readonly unit: number;
}
