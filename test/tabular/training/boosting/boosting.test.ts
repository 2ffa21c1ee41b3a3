import { expect, test } from 'vitest';
import { predictor } from '../../../../src/tabular/scoring/estimators.ts';
import { logLoss } from '../../../../src/tabular/training/quality/classification.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';
import type { TrainingData } from '../../../../src/tabular/training/training-data.ts';
import { readCsv } from '../read-csv.ts';
import reference from '../scikit-learn-reference.json' with { type: 'json' };
import { allRows, trainingData } from '../training-data.ts';
import { fitPart } from './fit-part.ts';

const DATA = new URL('../../../data/', import.meta.url);

/** As `boosted_table` of scikit-learn-reference.py makes it. */
function roundedDiabetes(isClassification: boolean): TrainingData {
  const table = readCsv(new URL('diabetes_train.csv', DATA));
  const columns = table.columns.map((column, c) => {
    if (column.kind !== 'number') throw new Error('expected numbers');
    if (column.name !== 'target') {
      const gap = c === 2 ? 7 : c === 8 ? 5 : Number.POSITIVE_INFINITY;
      const values = column.values.map((v, i) =>
        i % gap === 0 && gap < 100 ? Number.NaN : roundHalfEven(v * 200),
      );
      return { ...column, values };
    }
    if (!isClassification) return column;
    return {
      kind: 'category' as const,
      name: column.name,
      labels: ['low', 'high'],
      codes: Int32Array.from(column.values, (v) => Number(v > 140)),
    };
  });
  const made = trainingData({ rows: table.rows, columns }, 'target');
  if (made.target.task === 'classification') expect(made.target.classes).toEqual(['high', 'low']);
  return made;
}

/** As numpy rounds. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

test('boosted regression with missing values predicts what HistGradientBoostingRegressor does', async () => {
  const data = roundedDiabetes(false);
  const { estimator } = await fitPart(data, {});
  // In the target's unit here, standardised there: l2 counts rows in both.
  const predicted = predictor(estimator, 0)(data.inputs, null);
  reference.boosted_regression.forEach((value, i) => {
    expect(predicted[i]).toBeCloseTo(value, 2);
  });
});

test('a round of boosted classification predicts what HistGradientBoostingClassifier does', async () => {
  const data = roundedDiabetes(true);
  const { estimator } = await fitPart(data, { rounds: 1, learningRate: 0.5 });
  const predicted = predictor(estimator, 2)(data.inputs, null);
  reference.boosted_classification.forEach((value, i) => {
    expect(predicted[2 * i]).toBeCloseTo(value, 5);
  });
});

/** Four classes by the quadrant of two columns; a third is noise, a fourth a category with gaps. */
function quadrants(rows: number, seed: number): TrainingData {
  const random = createRandom(seed);
  const numbers = Array.from({ length: 3 }, () =>
    Float64Array.from({ length: rows }, () => random() * 2 - 1),
  );
  const [x, y, noise] = [numbers[0]!, numbers[1]!, numbers[2]!];
  const quadrant = Int32Array.from(x, (_, i) => Number(x[i]! > 0) + 2 * Number(y[i]! > 0));
  return trainingData(
    {
      rows,
      columns: [
        { kind: 'number', name: 'x', values: x.map((v, i) => (i % 17 === 0 ? Number.NaN : v)) },
        { kind: 'number', name: 'y', values: y },
        { kind: 'number', name: 'noise', values: noise },
        {
          kind: 'category',
          name: 'c',
          codes: quadrant.map((q, i) => (i % 5 === 0 ? -1 : i % 3 === 0 ? q : 3)),
          labels: ['p', 'q', 'r', 's'],
        },
        { kind: 'category', name: 'target', codes: quadrant, labels: ['a', 'b', 'c', 'd'] },
      ],
    },
    'target',
  );
}

test('many classes are told apart by what no line parts', async () => {
  const [train, fresh] = [quadrants(3000, 1), quadrants(1000, 2)];
  const { estimator } = await fitPart(train, { rounds: 50 });
  const predicted = predictor(estimator, 4)(fresh.inputs, null);
  if (fresh.target.task !== 'classification') throw new Error('expected classes');
  expect(logLoss(fresh.target.codes, predicted, 4)).toBeLessThan(0.15);
});

test('whole columns and single rows fall into the same leaves, to the last bit', async () => {
  const data = quadrants(1500, 3);
  const { estimator } = await fitPart(data, { rounds: 30, rowFraction: 0.7, featureFraction: 0.6 });
  const predict = predictor(estimator, 4);
  const whole = predict(data.inputs, null);
  for (const row of [0, 1, 17, 34, 500, 1499]) {
    expect([...predict(data.inputs, Int32Array.of(row))]).toEqual([...whole.subarray(4 * row, 4 * row + 4)]);
  }
});

test('the margins boosting validates on are those the model predicts', async () => {
  const data = quadrants(1200, 4);
  const [train, validation] = [allRows(1200).subarray(0, 900), allRows(1200).subarray(900)];
  const { model, estimator } = await fitPart(
    data,
    { rounds: 20, rowFraction: 0.8 },
    { train, validation, patience: 100 },
  );
  const predicted = predictor(estimator, 4)(data.inputs, validation);
  if (data.target.task !== 'classification') throw new Error('expected classes');
  const { codes } = data.target;
  expect(model.curve.at(-1)).toBeCloseTo(
    logLoss(
      validation.map((row) => codes[row]!),
      predicted,
      4,
    ),
    10,
  );
});

test('boosting stops when the validation rows gain nothing more', async () => {
  const random = createRandom(5);
  const rows = 600;
  const column = () => Float64Array.from({ length: rows }, () => random());
  const data = trainingData(
    {
      rows,
      columns: [
        { kind: 'number', name: 'x', values: column() },
        { kind: 'number', name: 'y', values: column() },
      ],
    },
    'y',
  );
  const [train, validation] = [allRows(rows).subarray(0, 400), allRows(rows).subarray(400)];
  const { model } = await fitPart(data, { rounds: 500 }, { train, validation, patience: 10 });
  expect(model.curve.length).toBeLessThan(40);
});

test('boosting stops when its time is over, but not before so many rounds as are enough', async () => {
  const data = quadrants(600, 4);
  const { model } = await fitPart(data, { rounds: 50 }, { limit: { seconds: 0, minRounds: 7 } });
  expect(model.trees.roots).toHaveLength(4 * 7 + 1);
  expect(model.isCut).toBe(true);
  const patient = await fitPart(data, { rounds: 9 }, { limit: { seconds: 1000, minRounds: 7 } });
  expect(patient.model.trees.roots).toHaveLength(4 * 9 + 1);
  expect(patient.model.isCut).toBe(false);
});

test('balanced weights move the base of the rare class', async () => {
  const data = quadrants(1000, 6);
  const { target } = data;
  if (target.task !== 'classification') throw new Error('expected classes');
  const codes = target.codes.map((code, i) => Number(code === 3 && i % 4 === 0));
  const rare = { ...data, target: { ...target, classes: ['no', 'yes'], codes } };
  const plain = await fitPart(rare, { rounds: 1 });
  const balanced = await fitPart(rare, { rounds: 1 }, { balanced: true });
  expect(plain.estimator.base[0]).toBeLessThan(-2);
  expect(balanced.estimator.base[0]).toBeCloseTo(0, 6);
});

test('a worker thread grows the same trees as this one', async () => {
  const data = quadrants(800, 7);
  const settings = { rounds: 5, rowFraction: 0.7, featureFraction: 0.5 };
  const here = await fitPart(data, settings);
  const there = await fitPart(data, settings, { threads: 2, tasks: 2 });
  expect(there.estimator).toEqual(here.estimator);
});

test.each([
  ['two classes', 2],
  ['three classes', 3],
  ['regression', 0],
])('threads that work on one fit of %s together grow the same trees as one alone', async (_what, classes) => {
  const random = createRandom(8);
  const rows = 30_000;
  const x = Array.from({ length: 15 }, () => Float64Array.from({ length: rows }, () => random()));
  const score = (i: number) => x[0]![i]! + x[1]![i]! * x[2]![i]! + 0.3 * random();
  const y = Float64Array.from({ length: rows }, (_, i) =>
    classes === 0 ? score(i) : Math.min(classes - 1, Math.floor(score(i) * classes)),
  );
  const columns = [...x, y].map((values, c) => ({ kind: 'number' as const, name: `x${c}`, values }));
  const data = trainingData({ rows, columns }, 'x15');
  const settings = { rounds: 4, leaves: 31, rowFraction: 0.9 };
  const alone = await fitPart(data, settings);
  expect(alone.estimator.roots).toHaveLength(4 * Math.max(1, classes === 2 ? 1 : classes));
  for (const threads of [2, 4]) {
    expect((await fitPart(data, settings, { threads })).estimator).toEqual(alone.estimator);
  }
});

test('an unsplittable table gives the mean', async () => {
  const data = trainingData(
    {
      rows: 8,
      columns: [
        { kind: 'number', name: 'x', values: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
        { kind: 'number', name: 'y', values: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
      ],
    },
    'y',
    'regression',
  );
  const { estimator } = await fitPart(data, {});
  predictor(estimator, 0)(data.inputs, null).forEach((value) => {
    expect(value).toBeCloseTo(4.5, 12);
  });
});

test('of columns too many for the histograms’ memory every one has its turn', async () => {
  const rows = 300;
  const random = createRandom(8);
  const decisive = 2999;
  const columns = Array.from({ length: 3000 }, (_, c) => ({
    kind: 'number' as const,
    name: `x${c}`,
    values: Float64Array.from({ length: rows }, (_, i) => (c === decisive ? i % 2 : 0) + random()),
  }));
  const codes = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const target = { kind: 'category' as const, name: 'target', codes, labels: ['a', 'b'] };
  const data = trainingData({ rows, columns: [...columns, target] }, 'target');
  // 127 leaves of 3000 histograms of 64 bins would take 390 MB; 256 are there.
  const { estimator } = await fitPart(data, { rounds: 12, leaves: 127 });
  expect(estimator.feature).toContain(decisive);
});

test('extremely randomised trees learn too, by cuts of their own that the seed draws, the same each time', async () => {
  const random = createRandom(61);
  const x = Float64Array.from({ length: 800 }, () => random());
  const gappy = x.map((value) => (value > 0.7 ? Number.NaN : random()));
  const data = trainingData(
    {
      rows: 800,
      columns: [
        { kind: 'number', name: 'x', values: x },
        { kind: 'number', name: 'gappy', values: gappy },
        { kind: 'number', name: 'target', values: x.map((value) => Math.sin(6 * value)) },
      ],
    },
    'target',
  );
  const settings = { rounds: 60, leaves: 8, minLeafRows: 5 };
  const extra = await fitPart(data, { ...settings, extraTrees: true });
  const again = await fitPart(data, { ...settings, extraTrees: true });
  const best = await fitPart(data, settings);
  expect(again.estimator).toEqual(extra.estimator);
  expect(extra.estimator.threshold[0]).not.toBe(best.estimator.threshold[0]);
  const errorOf = ({ estimator }: typeof extra) => {
    const predicted = predictor(estimator, 0)(data.inputs, null);
    return predicted.reduce((sum, value, i) => sum + (value - Math.sin(6 * x[i]!)) ** 2 / 800, 0);
  };
  expect(errorOf(extra)).toBeLessThan(0.01);
  const cuts = ({ estimator }: typeof extra) => new Set(estimator.threshold).size;
  expect(cuts(extra)).toBeGreaterThan(40);
  // A column of which nothing but its gaps tells is split by them.
  expect(extra.estimator.feature).toContain(1);
});

test('extremely randomised trees leave as many rows on each side as they are told to', async () => {
  const random = createRandom(62);
  const x = Float64Array.from({ length: 500 }, () => random());
  const data = trainingData(
    {
      rows: 500,
      columns: [
        { kind: 'number', name: 'x', values: x },
        { kind: 'number', name: 'target', values: x.map((value) => value * value) },
      ],
    },
    'target',
  );
  const { estimator } = await fitPart(data, { rounds: 20, leaves: 31, minLeafRows: 25, extraTrees: true });
  const leaves = estimator.cover!.filter((_, node) => estimator.feature[node]! < 0);
  expect(Math.min(...leaves)).toBeGreaterThanOrEqual(25);
  expect(leaves.length).toBeGreaterThan(100);
});
