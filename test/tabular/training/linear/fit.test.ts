import { expect, test } from 'vitest';
import { predictor } from '../../../../src/tabular/scoring/estimators.ts';
import type { LinearSettings } from '../../../../src/tabular/training/linear/fit.ts';
import { fitLinear } from '../../../../src/tabular/training/linear/fit.ts';
import { evaluate } from '../../../../src/tabular/training/quality/evaluate.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';
import { readCsv } from '../read-csv.ts';
import reference from '../scikit-learn-reference.json' with { type: 'json' };
import { allRows, trainingData } from '../training-data.ts';

const DATA = new URL('../../../data/', import.meta.url);

function fitAndMeasure(name: string, settings: Pick<LinearSettings, 'l2'>, isClassification: boolean) {
  const labels = isClassification ? ['target'] : [];
  const train = trainingData(readCsv(new URL(`${name}_train.csv`, DATA), labels), 'target');
  const test = trainingData(readCsv(new URL(`${name}_test.csv`, DATA), labels), 'target');
  const estimator = fitLinear(train, train.target.rows, {
    ...settings,
    estimatesLabels: false,
    balanced: false,
  });
  const rows = test.target.rows;
  const classes = train.target.task === 'classification' ? train.target.classes.length : 0;
  return {
    estimator,
    predicted: predictor(estimator, classes)(test.inputs, rows),
    quality: evaluate(test, estimator, rows, rows).model as unknown as Readonly<Record<string, unknown>>,
  };
}

test.each(['breast_cancer', 'wine'] as const)(
  'logistic regression equals scikit-learn’s on %s: weights, probabilities, metrics',
  (name) => {
    const { coefficients, first_rows, confusion_matrix, ...figures } = reference.logistic[name];
    const { estimator, predicted, quality } = fitAndMeasure(name, { l2: 1 }, true);
    coefficients.forEach((row, k) => {
      row.forEach((value, j) => {
        expect(estimator.weights[k]![j]).toBeCloseTo(value, 3);
      });
    });
    first_rows.flat().forEach((value, i) => {
      expect(predicted[i]).toBeCloseTo(value, 4);
    });
    for (const [metric, value] of Object.entries(figures))
      expect(quality[metric], metric).toBeCloseTo(value, 4);
    expect(quality).toMatchObject({ confusion_matrix });
  },
);

test.each([
  ['linear_diabetes', 0],
  ['ridge_10_diabetes', 10],
] as const)('%s: weights, predictions and metrics equal scikit-learn’s', (name, l2) => {
  const { coefficients, intercept, first_rows, ...figures } = reference[name];
  const { estimator, predicted, quality } = fitAndMeasure('diabetes', { l2 }, false);
  coefficients.forEach((value, j) => {
    expect(estimator.weights[0]![j]).toBeCloseTo(value, 6);
  });
  expect(estimator.intercepts[0]).toBeCloseTo(intercept, 6);
  first_rows.forEach((value, i) => {
    expect(predicted[i]).toBeCloseTo(value, 6);
  });
  for (const [metric, value] of Object.entries(figures))
    expect(quality[metric], metric).toBeCloseTo(value, 6);
});

test('columns that repeat each other up to a factor do not break the least squares', () => {
  const rows = 200;
  const x = Float64Array.from({ length: rows }, (_, i) => Math.sin(i));
  const data = trainingData(
    {
      rows,
      columns: [
        { kind: 'number', name: 'x', values: x },
        { kind: 'number', name: 'twice', values: x.map((v) => 2 * v) },
        { kind: 'number', name: 'y', values: x.map((v) => 3 * v + 1) },
      ],
    },
    'y',
  );
  const estimator = fitLinear(data, allRows(rows), { l2: 0, estimatesLabels: true, balanced: false });
  predictor(estimator, 0)(data.inputs, null).forEach((score, i) => {
    expect(score).toBeCloseTo(3 * x[i]! + 1, 8);
  });
});

test.each([
  [40, 1600],
  [340, 310],
])('a table of %d rows and %d columns is fitted to what it holds', (rows, width) => {
  const random = createRandom(5);
  const column = () => Float64Array.from({ length: rows }, () => random() - random());
  const columns = Array.from({ length: width }, (_, c) => ({
    kind: 'number' as const,
    name: `x${c}`,
    values: column(),
  }));
  const y = columns[3]!.values.map((value, i) => 2 * value + columns[7]!.values[i]!);
  const data = trainingData({ rows, columns: [...columns, { kind: 'number', name: 'y', values: y }] }, 'y');
  const estimator = fitLinear(data, allRows(rows), { l2: 1e-6, estimatesLabels: true, balanced: false });
  predictor(estimator, 0)(data.inputs, null).forEach((score, i) => {
    expect(score).toBeCloseTo(y[i]!, 3);
  });
});

test('class_weight balanced lets a rare class be found', () => {
  const rows = 2000;
  const x = Float64Array.from(
    { length: rows },
    (_, i) => Math.sin(i * 12.9898) * 2 + (i % 20 === 0 ? 1.5 : 0),
  );
  const codes = Int32Array.from({ length: rows }, (_, i) => Number(i % 20 === 0));
  const data = trainingData(
    {
      rows,
      columns: [
        { kind: 'number', name: 'x', values: x },
        { kind: 'category', name: 'y', codes, labels: ['no', 'yes'] },
      ],
    },
    'y',
  );
  const recall = (balanced: boolean) => {
    const quality = evaluate(
      data,
      fitLinear(data, allRows(rows), { l2: 1, estimatesLabels: true, balanced }),
      allRows(rows),
      allRows(rows),
    );
    return quality.task === 'classification' ? quality.model.recall! : 0;
  };
  expect(recall(true)).toBeGreaterThan(recall(false) + 0.1);
});
