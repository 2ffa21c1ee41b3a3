import { expect, test } from 'vitest';
import { classificationQuality } from '../../../../src/tabular/training/quality/classification.ts';
import { regressionQuality } from '../../../../src/tabular/training/quality/regression.ts';
import reference from '../scikit-learn-reference.json' with { type: 'json' };

test('classification metrics equal scikit-learn’s with ties, a class never predicted and one that never occurs', () => {
  const { actual, probabilities, ...figures } = reference.hard_classification;
  const quality = classificationQuality(Int32Array.from(actual), Float64Array.from(probabilities.flat()), 4);
  expect(quality.confusion_matrix).toEqual(figures.confusion_matrix);
  for (const name of ['accuracy', 'precision', 'recall', 'f1', 'roc_auc', 'log_loss'] as const) {
    expect(quality[name], name).toBeCloseTo(figures[name], 12);
  }
});

test('where all rows are of one class, saying so is no merit: only accuracy and log loss have a figure', () => {
  const quality = classificationQuality(Int32Array.of(0, 0), Float64Array.of(0.9, 0.1, 0.8, 0.2), 2);
  expect(quality).toMatchObject({ accuracy: 1, precision: null, recall: null, f1: null, roc_auc: null });
  expect(quality.log_loss).toBeGreaterThan(0.1);
});

test('where a single row of a class ranks is chance: roc_auc begins with two, and leaves such a class of many out', () => {
  const second = [0.1, 0.2, 0.3, 0.9];
  const two = Float64Array.from(second.flatMap((p) => [1 - p, p]));
  expect(classificationQuality(Int32Array.of(0, 0, 0, 1), two, 2).roc_auc).toBeNull();
  expect(classificationQuality(Int32Array.of(0, 0, 1, 1), two, 2).roc_auc).toBe(1);
  const three = Float64Array.from(second.flatMap((p) => [1 - p, p, 0]));
  const alone = classificationQuality(Int32Array.of(0, 1, 0, 2), three, 3).roc_auc;
  expect(alone).toBeCloseTo(0.75, 12);
});

test('R² of constant values is 1 for a perfect prediction and else 0', () => {
  expect(regressionQuality(Float64Array.of(2, 2), Float64Array.of(2, 2)).r2).toBe(1);
  expect(regressionQuality(Float64Array.of(2, 2), Float64Array.of(2, 3)).r2).toBe(0);
});

test.each([
  [[1, 2, 3, 4, 1000], 2],
  [[1, 2, 3, 1000], 1.5],
])('the median absolute error of %j is not moved by an outlier', (actual, median) => {
  const predicted = new Float64Array(actual.length).fill(1);
  const quality = regressionQuality(Float64Array.from(actual), predicted);
  expect(quality.median_absolute_error).toBe(median);
  expect(quality.mae).toBeGreaterThan(100);
});
