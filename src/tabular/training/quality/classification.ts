import { mostProbable } from '../../scoring/probabilities.ts';
import type { ClassificationQuality } from '../types.ts';
import { rocAuc } from './roc-auc.ts';

/**
 * Quality of class probabilities, defined as scikit-learn's metrics are (`average='macro', zero_division=0`,
 * `multi_class='ovr'`), over the classes that occur among the actual or the predicted ones.
 *
 * @param actual class of each row
 * @param probabilities `[row * classes + class]`
 */
export function classificationQuality(
  actual: Int32Array,
  probabilities: Float64Array,
  classes: number,
): ClassificationQuality & { readonly confusion_matrix: number[][] } {
  const predicted = mostProbable(probabilities, classes);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < actual.length; i++) confusion[actual[i]!]![predicted[i]!]!++;
  return {
    ...fromConfusion(confusion, actual.length),
    roc_auc: rocAuc(actual, probabilities, classes),
    log_loss: logLoss(actual, probabilities, classes),
    confusion_matrix: confusion,
  };
}

function fromConfusion(confusion: readonly (readonly number[])[], rows: number) {
  let correct = 0;
  let precision = 0;
  let recall = 0;
  let f1 = 0;
  let occurring = 0;
  let held = 0;
  confusion.forEach((row, k) => {
    const hits = row[k]!;
    const actual = row.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, other) => sum + other[k]!, 0);
    if (actual + predicted === 0) return;
    occurring++;
    if (actual > 0) held++;
    correct += hits;
    precision += predicted > 0 ? hits / predicted : 0;
    recall += actual > 0 ? hits / actual : 0;
    f1 += (2 * hits) / (actual + predicted);
  });
  const accuracy = correct / rows;
  if (held < 2) return { accuracy, precision: null, recall: null, f1: null };
  return {
    accuracy,
    precision: precision / occurring,
    recall: recall / occurring,
    f1: f1 / occurring,
  };
}

/** Mean of −log p(actual class), p clipped to [ε, 1 − ε]. */
export function logLoss(actual: Int32Array, probabilities: Float64Array, classes: number): number {
  let sum = 0;
  for (let i = 0; i < actual.length; i++) {
    const p = probabilities[i * classes + actual[i]!]!;
    sum -= Math.log(Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON));
  }
  return sum / actual.length;
}
