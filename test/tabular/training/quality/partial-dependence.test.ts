import { expect, test } from 'vitest';
import { predictor } from '../../../../src/tabular/scoring/estimators.ts';
import type { Table } from '../../../../src/tabular/table.ts';
import { fitModel } from '../../../../src/tabular/training/fit-model.ts';
import { partialDependence } from '../../../../src/tabular/training/quality/partial-dependence.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';
import { train } from '../../../../src/tabular/training/train.ts';
import { classCount } from '../../../../src/tabular/training/training-data.ts';
import { allRows, trainingData } from '../training-data.ts';

const ROWS = 400;
const LABELS = Array.from({ length: 30 }, (_, i) => `town ${i}`);

/** A number with gaps, a number of few values, more labels than are shown, a date, and a target of them. */
function table(classes: number): Table {
  const random = createRandom(5);
  const x = Float64Array.from({ length: ROWS }, (_, i) => (i % 13 === 0 ? Number.NaN : random() * 10));
  const few = Float64Array.from({ length: ROWS }, () => Math.floor(random() * 4));
  const town = Int32Array.from({ length: ROWS }, () => Math.floor(random() ** 2 * 31) - 1);
  const since = Float64Array.from({ length: ROWS }, () => Date.UTC(2020, 0, 1 + Math.floor(random() * 900)));
  const score = Array.from(x, (value, i) => (value > 5 ? 2 : 0) + few[i]! + ((town[i]! + 1) % 3) + random());
  const top = Math.max(...score);
  return {
    rows: ROWS,
    columns: [
      { kind: 'number', name: 'x', values: x },
      { kind: 'number', name: 'few', values: few },
      { kind: 'category', name: 'town', codes: town, labels: LABELS },
      {
        kind: 'category',
        name: 'since',
        codes: Int32Array.from(since.keys()),
        labels: Array.from(since, (ms) => new Date(ms).toISOString()),
      },
      classes === 0
        ? { kind: 'number', name: 'y', values: Float64Array.from(score) }
        : {
            kind: 'category',
            name: 'y',
            codes: Int32Array.from(score, (value) =>
              Math.min(classes - 1, Math.floor((value / top) * classes)),
            ),
            labels: [...'pqr'].slice(0, classes),
          },
    ],
  };
}

const trees = {
  rounds: 8,
  learningRate: 0.1,
  leaves: 6,
  minLeafRows: 10,
  l2: 1,
  featureFraction: 1,
  rowFraction: 1,
  extraTrees: false,
};
const linear = { weight: 0.4, penalty: { l2: 1, perRow: false, estimatesLabels: true } };

test.each([0, 2, 3])(
  'is the mean prediction with the column set to each value in turn, as counted out: %i classes',
  async (classes) => {
    const data = trainingData(table(classes), 'y');
    const specification = {
      linear,
      boosting: { weight: 0.6, members: [{ weight: 1, settings: trees }] },
      balanced: false,
      targetTransform: null,
    };
    const { estimator } = await fitModel(data, allRows(ROWS), specification, { seed: 1, threads: 1 });
    const test_ = allRows(ROWS);
    const names = data.columns.map(({ name }) => name);
    const importances = names.map((feature) => ({ feature, importance: 0, importance_std: 0 }));
    const found = partialDependence(data, estimator, test_, importances, 1);
    expect(found.n_rows).toBe(ROWS);
    expect(found.classes).toEqual(classes === 0 ? null : classes === 2 ? ['q'] : ['p', 'q', 'r']);
    expect(found.features.map(({ feature }) => feature)).toEqual(names);
    const predict = predictor(estimator, classCount(data));
    for (const [position, { feature, grid_values, average }] of found.features.entries()) {
      expect(average.map((points) => points.length)).toEqual(average.map(() => grid_values.length));
      grid_values.forEach((value, point) => {
        const input = data.inputs[position]!;
        const set =
          input.kind === 'category'
            ? { ...input, codes: new Int32Array(ROWS).fill(input.labels.indexOf(String(value))) }
            : {
                ...input,
                values: new Float64Array(ROWS).fill(typeof value === 'string' ? Date.parse(value) : value),
              };
        const predicted = predict(data.inputs.with(position, set), null);
        const width = Math.max(1, classes);
        average.forEach((points, output) => {
          const k = classes === 2 ? 1 : output;
          const mean = allRows(ROWS).reduce((sum, row) => sum + predicted[row * width + k]! / ROWS, 0);
          expect([feature, value, points[point]]).toEqual([feature, value, expect.closeTo(mean, 9)]);
        });
      });
    }
    const [x, few, town, since] = found.features.map(({ grid_values }) => grid_values);
    expect(few).toEqual([0, 1, 2, 3]);
    for (const numbers of [x, since] as number[][]) {
      expect(numbers).toHaveLength(20);
      expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)));
    }
    expect(since?.[0]).toMatch(/^2020-.*Z$/);
    const counts = (label: unknown) =>
      [...(data.inputs[2] as { codes: Int32Array }).codes].filter((code) => LABELS[code] === label).length;
    expect(town).toHaveLength(20);
    expect(town?.map(counts)).toEqual(town?.map(counts).toSorted((a, b) => b - a));
  },
);

test('of a wide table it looks at fewer rows and columns, so that the work is bounded', () => {
  const columns = 2000;
  const values = Float64Array.from({ length: 600 }, (_, i) => Math.sin(i * 7.7));
  const data = trainingData(
    {
      rows: 600,
      columns: [
        ...Array.from({ length: columns }, (_, c) => ({
          kind: 'number' as const,
          name: `x${c}`,
          values: values.map((value, i) => value + Math.cos(i * c)),
        })),
        { kind: 'number', name: 'y', values },
      ],
    },
    'y',
  );
  const encoders = data.columns.map((_, input) => ({
    kind: 'standard' as const,
    input,
    mean: 0,
    scale: 1,
    flag: false,
  }));
  const weights = [encoders.map(() => 0.1)];
  const importances = data.columns.map(({ name }) => ({ feature: name, importance: 0, importance_std: 0 }));
  const found = partialDependence(
    data,
    { kind: 'linear', encoders, weights, intercepts: [0] },
    allRows(600),
    importances,
    1,
  );
  const scored = found.features.reduce((sum, { grid_values }) => sum + grid_values.length * found.n_rows, 0);
  expect(scored * data.columns.length).toBeLessThanOrEqual(1e8);
  expect(found.features.length).toBeGreaterThan(0);
});

test('importance is by the log loss of classes: a column that tells a rare class matters, though accuracy says it does not', async () => {
  const random = createRandom(3);
  const rows = 2000;
  const sign = Float64Array.from({ length: rows }, () => random());
  const noise = Float64Array.from({ length: rows }, () => random());
  // Never likelier than not: the model always says "no", whatever is shuffled.
  const codes = Int32Array.from(sign, (value) => (random() < 0.4 * value ** 4 ? 1 : 0));
  const made: Table = {
    rows,
    columns: [
      { kind: 'number', name: 'noise', values: noise },
      { kind: 'number', name: 'sign', values: sign },
      { kind: 'category', name: 'y', codes, labels: ['no', 'yes'] },
    ],
  };
  const spec = { mode: 'light' as const, target: 'y', seed: 42, params: {} };
  const { metrics, evaluation } = await train(made, spec, { onProgress() {} });
  const [first, second] = metrics.feature_importances;
  expect([first?.feature, second?.feature]).toEqual(['sign', 'noise']);
  expect(first!.importance).toBeGreaterThan(0.01);
  expect(first!.importance).toBeGreaterThan(5 * first!.importance_std);
  expect(Math.abs(second!.importance)).toBeLessThan(0.005);
  const [dependence] = evaluation.partial_dependence!.features;
  expect(dependence?.feature).toBe('sign');
  const [average] = dependence!.average;
  expect(average).toEqual(average!.toSorted((a, b) => a - b));
});
