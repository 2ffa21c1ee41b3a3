import type { Design } from '../../scoring/design.ts';
import { addScores, BLOCK_ROWS } from '../../scoring/linear.ts';
import { addLabelSums, addProducts } from './design-products.ts';
import { binaryLoss, softmaxLoss } from './log-loss.ts';
import type { Evidence, Loss } from './loss.ts';
import { everyNth, type Sample, sampleRows } from './sample.ts';

/** Σ weight · log loss: of two classes by the log-odds of the second, of more by a score each (softmax). */
export class LogisticLoss implements Loss {
  readonly design: Design;
  readonly sample: Sample;
  readonly #all: Rows;
  readonly #sampled: Rows;
  /** A block's scores, or slopes, for each output. */
  readonly #scratch: readonly Float64Array[];

  /**
   * @param codes class of each row, 0 … classes − 1
   * @param weights of each row; null: 1 each
   */
  constructor(design: Design, codes: Int32Array, classes: number, weights: Float64Array | null) {
    const outputs = classes === 2 ? 1 : classes;
    this.design = design;
    this.sample = sampleRows(design, outputs);
    const { share } = this.sample;
    this.#all = { design, codes, weights };
    this.#sampled = {
      design: this.sample.design,
      codes: everyNth(codes, share),
      weights: weights && everyNth(weights, share),
    };
    this.#scratch = Array.from({ length: outputs }, () => new Float64Array(BLOCK_ROWS));
  }

  valueAt(x: Float64Array, gradient: Float64Array, share: number): number {
    const { rows, width } = this.design;
    gradient.fill(0);
    let loss = 0;
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const end = Math.min(from + BLOCK_ROWS / share, rows);
      loss += this.#slopes(this.#all, x, from, end);
      this.#scratch.forEach((slopes, k) => {
        const part = gradient.subarray(k * (width + 1), (k + 1) * (width + 1));
        addProducts(this.design, slopes, from, end, part);
        part[width]! += sumOf(slopes, end - from);
      });
    }
    if (share > 1) for (let j = 0; j < gradient.length; j++) gradient[j]! *= share;
    return share * loss;
  }

  evidenceAt(x: Float64Array): Evidence {
    const { rows, width, hot } = this.design;
    const { weights } = this.#all;
    const perOutput = () => this.#scratch.map(() => new Float64Array(width + 1));
    const [sums, slopes] = [perOutput(), perOutput()];
    const noise = weights ? perOutput() : sums;
    for (let from = 0; hot.length > 0 && from < rows; from += BLOCK_ROWS) {
      const end = Math.min(from + BLOCK_ROWS, rows);
      this.#slopes(this.#all, x, from, end);
      this.#scratch.forEach((block, k) => {
        addLabelSums(this.design, block, from, end, slopes[k]!);
        this.#toProbabilities(this.#all, block, k, from, end);
        for (let i = 0; i < end - from; i++) {
          block[i] = (weights ? weights[from + i]! : 1) * block[i]! * (1 - block[i]!);
        }
        addLabelSums(this.design, block, from, end, sums[k]!);
        sums[k]![width]! += sumOf(block, end - from);
        if (!weights) return;
        for (let i = 0; i < end - from; i++) block[i]! *= weights[from + i]!;
        addLabelSums(this.design, block, from, end, noise[k]!);
      });
    }
    return { sums, slopes, noise, unit: 1, between: this.#curvatureOfSample(x) };
  }

  #curvatureOfSample(x: Float64Array): Evidence['between'] {
    const { rows } = this.sample.design;
    const { weights } = this.#sampled;
    const probabilities = this.#scratch.map(() => new Float64Array(rows));
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const end = Math.min(from + BLOCK_ROWS, rows);
      this.#slopes(this.#sampled, x, from, end);
      this.#scratch.forEach((block, k) => {
        this.#toProbabilities(this.#sampled, block, k, from, end);
        probabilities[k]!.set(block.subarray(0, end - from), from);
      });
    }
    return (k, l, row) =>
      (weights ? weights[row]! : 1) * probabilities[k]![row]! * (Number(k === l) - probabilities[l]![row]!);
  }

  /** Leaves the slopes of the loss by the scores in the scratch. */
  #slopes({ design, codes, weights }: Rows, x: Float64Array, from: number, end: number): number {
    const size = design.width + 1;
    this.#scratch.forEach((scores, k) => {
      const part = x.subarray(k * size, (k + 1) * size);
      scores.fill(part[size - 1]!);
      addScores(design, part, from, end, scores);
    });
    const toSlopes = this.#scratch.length === 1 ? binaryLoss : softmaxLoss;
    return toSlopes(this.#scratch, codes, weights, from, end);
  }

  /** A slope is weight · (p − 1) where the row is of the class, else weight · p. */
  #toProbabilities(
    { codes, weights }: Rows,
    slopes: Float64Array,
    k: number,
    from: number,
    end: number,
  ): void {
    const own = this.#scratch.length === 1 ? 1 : k;
    for (let i = 0; i < end - from; i++) {
      slopes[i] = slopes[i]! / (weights ? weights[from + i]! : 1) + Number(codes[from + i] === own);
    }
  }
}

interface Rows {
  readonly design: Design;
  readonly codes: Int32Array;
  readonly weights: Float64Array | null;
}

function sumOf(values: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return sum;
}
