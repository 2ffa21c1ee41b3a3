/** Loss of the rows `from` … `end` − 1; turns their scores into the loss's slopes by the scores. */
export type BlockLoss = (
  scratch: readonly Float64Array[],
  codes: Int32Array,
  rowWeights: Float64Array | null,
  from: number,
  end: number,
) => number;

export const binaryLoss: BlockLoss = ([scores], codes, rowWeights, from, end) =>
  rowWeights
    ? weightedBinaryLoss(scores!, codes, rowWeights, from, end)
    : plainBinaryLoss(scores!, codes, from, end);

/** 2 to this power is still a number. */
const MAX_FACTORS = 512;

/** Σ log(1 + e) is the logarithm of a product: one logarithm for many rows. */
function plainBinaryLoss(scores: Float64Array, codes: Int32Array, from: number, end: number): number {
  let loss = 0;
  for (let start = 0; start < end - from; start += MAX_FACTORS) {
    const stop = Math.min(start + MAX_FACTORS, end - from);
    let product = 1;
    for (let i = start; i < stop; i++) {
      const score = scores[i]!;
      const isSecond = codes[from + i]!;
      const e = Math.exp(-Math.abs(score));
      product *= 1 + e;
      loss += Math.max(score, 0) - isSecond * score;
      scores[i] = (score >= 0 ? 1 : e) / (1 + e) - isSecond;
    }
    loss += Math.log(product);
  }
  return loss;
}

function weightedBinaryLoss(
  scores: Float64Array,
  codes: Int32Array,
  rowWeights: Float64Array,
  from: number,
  end: number,
): number {
  let loss = 0;
  for (let i = 0; i < end - from; i++) {
    const score = scores[i]!;
    const isSecond = codes[from + i]!;
    const weight = rowWeights[from + i]!;
    const e = Math.exp(-Math.abs(score));
    loss += weight * (Math.log1p(e) + Math.max(score, 0) - isSecond * score);
    scores[i] = weight * ((score >= 0 ? 1 : e) / (1 + e) - isSecond);
  }
  return loss;
}

export const softmaxLoss: BlockLoss = (scratch, codes, rowWeights, from, end) => {
  const count = end - from;
  const highest = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (const scores of scratch) {
    for (let i = 0; i < count; i++) if (scores[i]! > highest[i]!) highest[i] = scores[i]!;
  }
  let loss = 0;
  for (let i = 0; i < count; i++) {
    const weight = rowWeights ? rowWeights[from + i]! : 1;
    loss += weight * (highest[i]! - scratch[codes[from + i]!]![i]!);
  }
  const sums = new Float64Array(count);
  for (const scores of scratch) {
    for (let i = 0; i < count; i++) {
      const e = Math.exp(scores[i]! - highest[i]!);
      scores[i] = e;
      sums[i]! += e;
    }
  }
  for (let i = 0; i < count; i++) {
    const weight = rowWeights ? rowWeights[from + i]! : 1;
    loss += weight * Math.log(sums[i]!);
    sums[i] = weight / sums[i]!;
  }
  for (const scores of scratch) for (let i = 0; i < count; i++) scores[i]! *= sums[i]!;
  for (let i = 0; i < count; i++) scratch[codes[from + i]!]![i]! -= rowWeights ? rowWeights[from + i]! : 1;
  return loss;
};
