import type { Design } from '../../scoring/design.ts';
import { addScores, BLOCK_ROWS } from '../../scoring/linear.ts';
import { addLabelSums, addProducts } from './design-products.ts';
import type { Evidence, Loss } from './loss.ts';
import { type Sample, sampleRows } from './sample.ts';

/** ½ Σ (y − score)² */
export class SquaredLoss implements Loss {
  readonly design: Design;
  readonly sample: Sample;
  readonly #y: Float64Array;
  /** Rows of each label; after the weights, all rows. */
  readonly #counts: Float64Array;

  constructor(design: Design, y: Float64Array) {
    this.design = design;
    this.sample = sampleRows(design, 1);
    this.#y = y;
    this.#counts = new Float64Array(design.width + 1);
    addLabelSums(design, new Float64Array(y.length).fill(1), 0, y.length, this.#counts);
    this.#counts[design.width] = y.length;
  }

  valueAt(x: Float64Array, gradient: Float64Array, share: number): number {
    const { rows, width } = this.design;
    const residuals = new Float64Array(BLOCK_ROWS);
    gradient.fill(0);
    let squares = 0;
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const end = Math.min(from + BLOCK_ROWS / share, rows);
      residuals.fill(x[width]!);
      addScores(this.design, x, from, end, residuals);
      for (let i = from; i < end; i++) {
        const residual = residuals[i - from]! - this.#y[i]!;
        residuals[i - from] = residual;
        squares += residual * residual;
        gradient[width]! += residual;
      }
      addProducts(this.design, residuals, from, end, gradient);
    }
    if (share > 1) for (let j = 0; j < gradient.length; j++) gradient[j]! *= share;
    return (share * squares) / 2;
  }

  evidenceAt(x: Float64Array, penalties: Float64Array): Evidence {
    const { rows } = this.design;
    const slopes = new Float64Array(x.length);
    const squares = 2 * this.valueAt(x, slopes, 1);
    const variance = squares / Math.max(1, rows - this.#degreesOfFreedom(penalties));
    return {
      sums: [this.#counts],
      slopes: [slopes],
      noise: [this.#counts.map((count) => count * variance)],
      unit: variance,
      between: () => 1,
    };
  }

  /** What the weights take from the residuals: of a penalised one, which leaves (1 − s) of its label's mean, s (2 − s). */
  #degreesOfFreedom(penalties: Float64Array): number {
    let sum = 1 + this.design.dense.length;
    for (const { start, count } of this.design.hot) {
      for (let j = start; j < start + count; j++) {
        const count = this.#counts[j]!;
        if (count === 0) continue;
        const s = count / (count + penalties[j]!);
        sum += s * (2 - s);
      }
      sum--;
    }
    return sum;
  }
}
