import { describe, expect, test } from 'vitest';
import { precisionRecallCurve, rocCurve, thresholdTable } from '../../../../src/tabular/evaluation/curves.ts';
import type { ClassPoints } from '../../../../src/tabular/evaluation/points.ts';
import { evaluateClasses } from '../../../../src/tabular/training/quality/class-points.ts';
import { classificationQuality } from '../../../../src/tabular/training/quality/classification.ts';
import { evaluateValues } from '../../../../src/tabular/training/quality/value-points.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';
import reference from './points-reference.json' with { type: 'json' };

/** The example of scikit-learn's user guide, with a tie and a probability on a calibration bin's edge. */
const FEW = {
  actual: Int32Array.of(0, 0, 1, 1, 0, 1),
  scores: [0.1, 0.4, 0.35, 0.8, 0.35, 0.4],
};

const asPairs = (scores: readonly number[]) => Float64Array.from(scores.flatMap((p) => [1 - p, p]));
const few = evaluateClasses(FEW.actual, asPairs(FEW.scores), ['no', 'yes']);
const positive = few.classes[0] as ClassPoints;

/** Noisy probabilities of two classes, so many that no curve has room for all. */
function many(rows: number, rate: number) {
  const random = createRandom(7);
  const actual = Int32Array.from({ length: rows }, () => Number(random() < rate));
  const scores = Array.from(actual, (code) => {
    const logit = 2 * code - 2 + 3 * (random() + random() - 1);
    return 1 / (1 + Math.exp(-logit));
  });
  return { actual, scores };
}

const trapezoids = (x: readonly number[], y: readonly number[]) =>
  x.slice(1).reduce((sum, value, i) => sum + ((value - x[i]!) * (y[i + 1]! + y[i]!)) / 2, 0);

describe('of two classes', () => {
  test('the second one alone is looked at', () => {
    expect(few).toMatchObject({ n_test: 6, n_classes: 2, classes: [{ class: 'yes', n_positive: 3 }] });
  });

  test('few different scores give each point of the curves, ties as one', () => {
    expect(rocCurve(positive, 6)).toEqual({
      fpr: [0, 0, 1 / 3, 2 / 3, 1],
      tpr: [0, 1 / 3, 2 / 3, 1, 1],
      thresholds: [null, 0.8, 0.4, 0.35, 0.1],
    });
    expect(precisionRecallCurve(positive)).toEqual({
      precision: [3 / 6, 3 / 5, 2 / 3, 1, 1],
      recall: [1, 1, 2 / 3, 1 / 3, 0],
      thresholds: [0.1, 0.35, 0.4, 0.8],
    });
  });

  test('calibration bins are of equal width, closed above, and left out when empty', () => {
    const { prob_true, prob_pred, counts } = positive.calibration;
    expect(counts).toEqual([1, 4, 1]);
    expect(prob_true).toEqual([0, 0.5, 1]);
    expect(prob_pred.map((p) => Number(p.toFixed(12)))).toEqual([0.1, 0.375, 0.8]);
  });

  test('the curves equal scikit-learn’s, point by point', () => {
    const { actual, scores, ...curves } = reference;
    const [points] = evaluateClasses(Int32Array.from(actual), asPairs(scores), ['no', 'yes']).classes;
    const { prob_true, prob_pred } = points!.calibration;
    const ours: Record<string, object> = {
      roc: rocCurve(points!, actual.length),
      precision_recall: precisionRecallCurve(points!),
      calibration: { prob_true, prob_pred },
    };
    for (const [name, curve] of Object.entries(ours))
      for (const [axis, values] of Object.entries(curve as Record<string, (number | null)[]>)) {
        const expected = (curves as Record<string, Record<string, (number | null)[]>>)[name]![axis]!;
        expect([name, axis, values.length]).toEqual([name, axis, expected.length]);
        values.forEach((value, i) => {
          if (expected[i] === null) expect(value).toBeNull();
          else expect(value, `${name} ${axis} ${i}`).toBeCloseTo(expected[i]!, 12);
        });
      }
  });

  test('a curve has at most 100 points, and encloses nearly the area of the whole one', () => {
    for (const rate of [0.5, 0.01]) {
      const { actual, scores } = many(20_000, rate);
      const [points] = evaluateClasses(actual, asPairs(scores), ['no', 'yes']).classes;
      const { fpr, tpr } = rocCurve(points!, actual.length);
      expect(fpr.length).toBeGreaterThan(60);
      expect(fpr.length).toBeLessThanOrEqual(100);
      expect([fpr[0], tpr[0], fpr.at(-1), tpr.at(-1)]).toEqual([0, 0, 1, 1]);
      const { roc_auc } = classificationQuality(actual, asPairs(scores), 2);
      expect(Math.abs(trapezoids(fpr, tpr) - roc_auc!)).toBeLessThan(0.002);
    }
  });

  test('the table says of a threshold what its decisions are worth', () => {
    const { rows, current, cheapest } = thresholdTable(positive, 6);
    expect(rows[2]).toEqual({
      threshold: 0.4,
      precision: 2 / 3,
      recall: 2 / 3,
      f1: 2 / 3,
      predicted_positive: 0.5,
    });
    expect(rows[0]).toEqual({ threshold: null, precision: 0, recall: 0, f1: 0, predicted_positive: 0 });
    expect(current.threshold).toBe(0.8);
    expect(cheapest).toBeUndefined();
  });

  test('what the model predicts by itself is in the table, however many rows there are', () => {
    const { actual, scores } = many(20_000, 0.1);
    const evaluated = evaluateClasses(actual, asPairs(scores), ['no', 'yes']);
    const { current } = thresholdTable(evaluated.classes[0]!, actual.length);
    const { confusion_matrix } = classificationQuality(actual, asPairs(scores), 2);
    const [[, wrong], [missed, hits]] = confusion_matrix as [[number, number], [number, number]];
    expect(current.recall).toBe(hits / (hits + missed));
    expect(current.precision).toBe(hits / (hits + wrong));
  });

  test.each([
    [1, 1],
    [1, 20],
    [7, 1],
    [0, 1],
  ])(
    'the cheapest threshold is that of all there are, for a false positive at %d and a false negative at %d',
    (falsePositive, falseNegative) => {
      const { actual, scores } = many(1500, 0.2);
      const costAt = (threshold: number) =>
        scores.reduce((sum, score, row) => {
          const isTaken = score >= threshold;
          if (isTaken === (actual[row] === 1)) return sum;
          return sum + (isTaken ? falsePositive : falseNegative);
        }, 0) / scores.length;
      const best = Math.min(...[...new Set(scores), 2].map(costAt));
      const [points] = evaluateClasses(actual, asPairs(scores), ['no', 'yes']).classes;
      const { cheapest } = thresholdTable(points!, actual.length, { falsePositive, falseNegative });
      expect(cheapest?.cost).toBeCloseTo(best, 12);
      expect(costAt(cheapest?.threshold ?? 2)).toBeCloseTo(best, 12);
    },
    30_000,
  );

  test('nothing is said where the rows are all of one class', () => {
    expect(evaluateClasses(Int32Array.of(0, 0), asPairs([0.1, 0.2]), ['no', 'yes']).classes).toEqual([]);
  });
});

test('of many classes the 20 most frequent are looked at, in their order, each against all others', () => {
  const classes = Array.from({ length: 30 }, (_, k) => `class ${k}`);
  const actual = Int32Array.from(classes.flatMap((_, k) => new Array<number>(k < 10 ? 1 : 2).fill(k)));
  const probabilities = new Float64Array(actual.length * classes.length).fill(1 / classes.length);
  const evaluated = evaluateClasses(actual, probabilities, classes);
  expect(evaluated.n_classes).toBe(30);
  expect(evaluated.classes.map((points) => points.class)).toEqual(classes.slice(10));
  expect(rocCurve(evaluated.classes[0]!, actual.length)).toEqual({
    fpr: [0, 1],
    tpr: [0, 1],
    thresholds: [null, 1 / 30],
  });
});

describe('of numbers', () => {
  const random = createRandom(3);
  const actual = Float64Array.from({ length: 3000 }, (_, i) => i + (i === 5 ? 1e6 : 0));
  const predicted = actual.map((value, i) => (i === 5 ? 5 : value) + random() - 0.5);
  const { residuals, predictions, n_test } = evaluateValues(actual, predicted, 42);

  test('the histogram has every residual, and one far out makes no bin wide but its own', () => {
    const { bin_edges, counts } = residuals.histogram;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(n_test);
    expect(counts).toHaveLength(bin_edges.length - 1);
    expect(bin_edges.length).toBeLessThanOrEqual(30);
    expect(bin_edges.at(-1)).toBeCloseTo(1e6, -1);
    const inner = bin_edges.slice(2, -1).map((edge, i) => edge - bin_edges[i + 1]!);
    expect(Math.max(...inner)).toBeLessThan(0.06);
    expect(counts.slice(1, -1).every((count) => count > 50)).toBe(true);
  });

  test('the quantiles are NumPy’s', () => {
    const { q, values } = evaluateValues(Float64Array.of(1, 2, 4, 8), new Float64Array(4), 1).residuals
      .quantiles;
    expect(values[q.indexOf(0.5)]).toBe(3);
    expect(values[q.indexOf(0.9)]).toBeCloseTo(6.8, 12);
    expect([values[0], values.at(-1)]).toEqual([1, 8]);
  });

  test('true beside predicted values are those of some rows, the same for the same seed', () => {
    const { y_true, y_pred } = predictions;
    expect([y_true.length, y_pred.length]).toEqual([500, 500]);
    y_true.forEach((value, i) => {
      expect(y_pred[i]).toBe(predicted[value < 1e6 ? value : 5]);
    });
    expect(evaluateValues(actual, predicted, 42).predictions).toEqual(predictions);
    expect(evaluateValues(actual, predicted, 43).predictions).not.toEqual(predictions);
  });

  test('residuals that are all the same have one bin', () => {
    const same = evaluateValues(Float64Array.of(1, 2), Float64Array.of(1, 2), 1).residuals;
    expect(same.histogram).toEqual({ bin_edges: [0, 0], counts: [2] });
    expect(same.mean).toBe(0);
  });
});
