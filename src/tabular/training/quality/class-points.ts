import type { Calibration, ClassificationEvaluation, ClassPoints } from '../../evaluation/points.ts';
import { chooseCuts } from './cuts.ts';

const MAX_CLASSES = 20;
const MAX_CUTS = 100;
const CALIBRATION_BINS = 10;

/**
 * @param actual class of each row
 * @param probabilities `[row * classes + class]`
 */
export function evaluateClasses(
  actual: Int32Array,
  probabilities: Float64Array,
  classes: readonly string[],
): ClassificationEvaluation {
  const counts = new Int32Array(classes.length);
  for (const code of actual) counts[code]!++;
  const evaluated = Array.from(counts.keys())
    .filter(
      (code) => (classes.length > 2 || code === 1) && counts[code]! > 0 && counts[code]! < actual.length,
    )
    .sort((a, b) => counts[b]! - counts[a]!)
    .slice(0, MAX_CLASSES)
    .sort((a, b) => a - b);
  return {
    task: 'classification',
    n_test: actual.length,
    n_classes: classes.length,
    classes: evaluated.map((code): ClassPoints => {
      const scores = Float64Array.from(actual, (_, row) => probabilities[row * classes.length + code]!);
      const isPositive = (row: number) => actual[row] === code;
      return {
        class: classes[code]!,
        n_positive: counts[code]!,
        cuts: chooseCuts(
          scores.filter((_, row) => isPositive(row)),
          scores.filter((_, row) => !isPositive(row)),
          MAX_CUTS,
        ),
        calibration: calibrationOf(scores, isPositive),
      };
    }),
  };
}

function calibrationOf(scores: Float64Array, isPositive: (row: number) => boolean): Calibration {
  const counts = new Float64Array(CALIBRATION_BINS);
  const sums = new Float64Array(CALIBRATION_BINS);
  const positives = new Float64Array(CALIBRATION_BINS);
  scores.forEach((score, row) => {
    const bin = binOf(score);
    counts[bin]!++;
    sums[bin]! += score;
    positives[bin]! += Number(isPositive(row));
  });
  const filled = Array.from(counts.keys()).filter((bin) => counts[bin]! > 0);
  return {
    prob_true: filled.map((bin) => positives[bin]! / counts[bin]!),
    prob_pred: filled.map((bin) => sums[bin]! / counts[bin]!),
    counts: filled.map((bin) => counts[bin]!),
  };
}

/** An edge belongs to the bin below it, as in scikit-learn. */
function binOf(probability: number): number {
  let bin = 0;
  while (bin < CALIBRATION_BINS - 1 && (bin + 1) * (1 / CALIBRATION_BINS) < probability) bin++;
  return bin;
}
