import { expect, test } from 'vitest';
import type { LinearEstimator, OneHotEncoder } from '../../../../src/tabular/document.ts';
import { predictor } from '../../../../src/tabular/scoring/estimators.ts';
import type { Column, Table } from '../../../../src/tabular/table.ts';
import { fitLinear } from '../../../../src/tabular/training/linear/fit.ts';
import { evaluate } from '../../../../src/tabular/training/quality/evaluate.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';
import { allRows, trainingData } from '../training-data.ts';

function labelled(name: string, codes: readonly number[] | Int32Array, count: number): Column {
  const labels = Array.from({ length: count }, (_, k) => `${name} ${k}`);
  return { kind: 'category', name, codes: Int32Array.from(codes), labels };
}

/** Of `rows` rows the first `train` to learn from: whether it is so depends on the label of `who` and on `x`. */
function shops(rows: number, labels: number, effect: number): Table {
  const random = createRandom(31);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const effects = Float64Array.from({ length: labels }, () => effect * normal());
  const who = Int32Array.from({ length: rows }, () => Math.floor(random() ** 2 * labels));
  const x = Float64Array.from({ length: rows }, () => normal());
  const isSo = Int32Array.from({ length: rows }, (_, i) =>
    Number(random() < 1 / (1 + Math.exp(-(x[i]! + effects[who[i]!]!)))),
  );
  return {
    rows,
    columns: [
      labelled('who', who, labels),
      { kind: 'number', name: 'x', values: x },
      { kind: 'category', name: 'y', codes: isSo, labels: ['no', 'yes'] },
    ],
  };
}

function logLoss(table: Table, train: number, estimatesLabels: boolean): number {
  const data = trainingData(table, 'y');
  const rows = allRows(table.rows);
  const [seen, unseen] = [rows.subarray(0, train), rows.subarray(train)];
  const quality = evaluate(
    data,
    fitLinear(data, seen, { l2: 1, estimatesLabels, balanced: false }),
    seen,
    unseen,
  );
  return quality.task === 'classification' ? quality.model.log_loss : Number.NaN;
}

function onlyOneHot({ encoders }: LinearEstimator): OneHotEncoder {
  return encoders.find((encoder) => encoder.kind === 'one_hot')!;
}

test('hundreds of labels that say nothing cost nothing', () => {
  const table = shops(6000, 800, 0);
  const nothing = { ...table, columns: table.columns.slice(1) };
  const without = logLoss(nothing, 3000, true);
  expect(logLoss(table, 3000, true)).toBeLessThan(without + 0.002);
  expect(logLoss(table, 3000, false)).toBeGreaterThan(without + 0.01);
});

test('hundreds of labels that decide are learnt, rare ones too', () => {
  const table = shops(6000, 400, 1.5);
  const without = logLoss({ ...table, columns: table.columns.slice(1) }, 3000, true);
  expect(logLoss(table, 3000, true)).toBeLessThan(without - 0.08);
});

test('of a regression too: labels that say nothing cost next to nothing, those that decide are learnt', () => {
  const rows = 4000;
  const random = createRandom(33);
  const codes = Array.from({ length: rows }, () => Math.floor(random() * 500));
  const r2 = (effect: number, labels: boolean) => {
    const y = Float64Array.from(codes, (code) => effect * ((code * 7919) % 13) + random() + random());
    const columns: Column[] = [
      { kind: 'number', name: 'x', values: Float64Array.from({ length: rows }, () => random()) },
      { kind: 'number', name: 'y', values: y },
    ];
    if (labels) columns.unshift(labelled('who', codes, 500));
    const data = trainingData({ rows, columns }, 'y');
    const all = allRows(rows);
    const [seen, unseen] = [all.subarray(0, 2000), all.subarray(2000)];
    const estimator = fitLinear(data, seen, { l2: 1e-6, estimatesLabels: true, balanced: false });
    const quality = evaluate(data, estimator, seen, unseen);
    return quality.task === 'regression' ? quality.model.r2 : Number.NaN;
  };
  expect(r2(0, true)).toBeGreaterThan(r2(0, false) - 0.02);
  expect(r2(1, true)).toBeGreaterThan(0.95);
});

test('of a regression: what labels tell does not depend on the unit that the target is in', () => {
  const rows = 4000;
  const random = createRandom(36);
  const codes = Array.from({ length: rows }, () => Math.floor(random() * 4));
  const y = Float64Array.from(codes, (code) => code + 4 * (random() + random() - 1));
  const weights = (unit: number) => {
    const columns: Column[] = [
      labelled('who', codes, 4),
      { kind: 'number', name: 'y', values: y.map((value) => unit * value) },
    ];
    const data = trainingData({ rows, columns }, 'y');
    const settings = { l2: 1e-6, estimatesLabels: true, balanced: false };
    return fitLinear(data, allRows(rows), settings).weights[0]!.map((weight) => weight / unit);
  };
  const expected = weights(1);
  expect(Math.max(...expected) - Math.min(...expected)).toBeCloseTo(3, 0);
  weights(1000).forEach((weight, j) => {
    expect(weight).toBeCloseTo(expected[j]!, 6);
  });
});

test('each class of three has its own weights of a column’s labels', () => {
  const rows = 3000;
  const random = createRandom(34);
  const codes = Array.from({ length: rows }, () => Math.floor(random() * 150));
  const y = codes.map((code) => (random() < 0.9 ? code % 3 : Math.floor(random() * 3)));
  const table: Table = {
    rows,
    columns: [labelled('who', codes, 150), { ...labelled('y', y, 3), name: 'y' }],
  };
  const data = trainingData(table, 'y');
  const all = allRows(rows);
  const estimator = fitLinear(data, all.subarray(0, 2000), {
    l2: 1,
    estimatesLabels: true,
    balanced: false,
  });
  const quality = evaluate(data, estimator, all.subarray(0, 2000), all.subarray(2000));
  expect(quality.task === 'classification' && quality.model.accuracy).toBeGreaterThan(0.9);
});

test('labels that occur once say little of a class: they have one feature together, and unknown labels the same', () => {
  const rows = 400;
  const codes = Array.from({ length: rows }, (_, i) => (i < 200 ? i % 4 : i));
  const y = codes.map((code, i) => Number(code < 4 ? i % 8 === 0 : i % 8 !== 0));
  const table: Table = { rows, columns: [labelled('who', codes, rows), labelled('y', y, 2)] };
  const data = trainingData(table, 'y');
  const estimator = fitLinear(data, allRows(rows), { l2: 1, estimatesLabels: true, balanced: false });
  expect(onlyOneHot(estimator)).toMatchObject({
    labels: ['who 0', 'who 1', 'who 2', 'who 3'],
    other: true,
  });
  const asked = { kind: 'category' as const, labels: ['nobody', 'who 300'], codes: Int32Array.of(0, 1) };
  const [, unknown, , rare] = predictor(estimator, 2)([asked], null);
  expect(unknown).toBe(rare);
  expect(unknown).toBeGreaterThan(0.8);
});

test('above the bound labels share features by their hash, alike in training and in scoring', () => {
  const labels = 9000;
  const rows = 3 * labels;
  const codes = Array.from({ length: rows }, (_, i) =>
    i < labels ? i : i < 2 * labels ? i - labels : i % 100,
  );
  const random = createRandom(35);
  const values = Float64Array.from(codes, (code) => (code % 2) * 5 + random());
  const table: Table = {
    rows,
    columns: [labelled('who', codes, labels), { kind: 'number', name: 'y', values }],
  };
  const data = trainingData(table, 'y', 'regression');
  const estimator = fitLinear(data, allRows(rows), { l2: 1e-6, estimatesLabels: true, balanced: false });
  const { labels: own, hashed } = onlyOneHot(estimator);
  expect(own).toHaveLength(6144);
  expect(hashed).toMatchObject({ features: 2048 });
  expect(hashed!.labels).toHaveLength(labels - 6144);
  expect(estimator.weights[0]).toHaveLength(8192);
  const asked = { kind: 'category' as const, labels: hashed!.labels, codes: allRows(hashed!.labels.length) };
  const scores = predictor(estimator, 0)([asked], null);
  const distinct = new Set(scores);
  expect(distinct.size).toBeGreaterThan(1000);
  expect(distinct.size).toBeLessThanOrEqual(2048);
});
