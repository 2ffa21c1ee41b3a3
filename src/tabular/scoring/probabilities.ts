/**
 * Class probabilities from scores, row by row: `probabilities[i * classes + k]`. Two classes have one score, the
 * log-odds of the second; more have one each (softmax).
 */
export function probabilities(scores: Float64Array, classes: number): Float64Array {
  return classes === 2 ? logistic(scores) : softmax(scores, classes);
}

function logistic(scores: Float64Array): Float64Array {
  const out = new Float64Array(scores.length * 2);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    // exp of a negative number only: never overflows, and the smaller probability keeps its digits.
    const e = Math.exp(-Math.abs(score));
    const small = e / (1 + e);
    const large = 1 / (1 + e);
    out[2 * i] = score >= 0 ? small : large;
    out[2 * i + 1] = score >= 0 ? large : small;
  }
  return out;
}

function softmax(scores: Float64Array, classes: number): Float64Array {
  const out = new Float64Array(scores.length);
  for (let o = 0; o < scores.length; o += classes) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) highest = Math.max(highest, scores[o + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const e = Math.exp(scores[o + k]! - highest);
      out[o + k] = e;
      sum += e;
    }
    for (let k = 0; k < classes; k++) out[o + k]! /= sum;
  }
  return out;
}

/** The most probable class of each row; the first of equals. */
export function mostProbable(probabilities: Float64Array, classes: number): Int32Array {
  const out = new Int32Array(probabilities.length / classes);
  for (let i = 0; i < out.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (probabilities[i * classes + k]! > probabilities[i * classes + best]!) best = k;
    }
    out[i] = best;
  }
  return out;
}
