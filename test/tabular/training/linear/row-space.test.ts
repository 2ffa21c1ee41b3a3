import { expect, test } from 'vitest';
import type { LinearEstimator } from '../../../../src/tabular/document.ts';
import type { Design } from '../../../../src/tabular/scoring/design.ts';
import { predictor } from '../../../../src/tabular/scoring/estimators.ts';
import { addScores } from '../../../../src/tabular/scoring/linear.ts';
import type { Column, Table } from '../../../../src/tabular/table.ts';
import { fitLinear } from '../../../../src/tabular/training/linear/fit.ts';
import { rowSpace } from '../../../../src/tabular/training/linear/row-space.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';
import { classCount } from '../../../../src/tabular/training/training-data.ts';
import { allRows, trainingData } from '../training-data.ts';

const ROWS = 30;

/** More numbers than rows, some of them missing here and there, and labels among them. */
function wide(target: Column): Table {
  const random = createRandom(11);
  const column = (c: number): Column =>
    c % 20 === 5
      ? { kind: 'category', name: `x${c}`, labels: ['a', 'b', 'c'], codes: draw(() => random() * 3) }
      : {
          kind: 'number',
          name: `x${c}`,
          values: Float64Array.from({ length: ROWS }, () =>
            c % 7 === 0 && random() < 0.2 ? Number.NaN : random() - random(),
          ),
        };
  return { rows: ROWS, columns: [...Array.from({ length: 42 }, (_, c) => column(c)), target] };
}

function draw(value: () => number): Int32Array {
  return Int32Array.from({ length: ROWS }, value);
}

function classes(labels: string[]): Column {
  const random = createRandom(12);
  return { kind: 'category', name: 'y', labels, codes: draw(() => random() ** 1.5 * labels.length) };
}

/** Each row twice: no more are the numbers more than the rows, and all sums are doubled. */
function twice({ rows, columns }: Table): Table {
  return {
    rows: 2 * rows,
    columns: columns.map((column) =>
      column.kind === 'number'
        ? { ...column, values: Float64Array.of(...column.values, ...column.values) }
        : { ...column, codes: Int32Array.of(...column.codes, ...column.codes) },
    ),
  };
}

const random = createRandom(13);
const TARGETS: readonly (readonly [string, Column])[] = [
  ['numbers', { kind: 'number', name: 'y', values: Float64Array.from({ length: ROWS }, () => random()) }],
  ['two classes', classes(['no', 'yes'])],
  ['three classes', classes(['low', 'middle', 'high'])],
];

/** Softmax does not tell how high all intercepts lie together. */
function centred(values: readonly number[]): number[] {
  const mean = values.length > 1 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
  return values.map((value) => value - mean);
}

function numbersOf({ weights, intercepts }: LinearEstimator): number[] {
  return [...weights.flat(), ...centred(intercepts)];
}

test.each(
  TARGETS.flatMap(([name, target]) => [false, true].map((balanced) => [name, balanced, target] as const)),
)('%s, balanced %s: weights in the space of the rows are those of all numbers', (_, balanced, target) => {
  const table = wide(target);
  const data = trainingData(table, 'y');
  const doubled = trainingData(twice(table), 'y');
  const settings = { l2: 0.5, estimatesLabels: false, balanced };
  const estimator = fitLinear(data, allRows(ROWS), settings);
  const numbers = estimator.encoders.filter(({ kind }) => kind === 'standard').length;
  expect(numbers).toBeGreaterThan(ROWS);
  const other = fitLinear(doubled, allRows(2 * ROWS), { ...settings, l2: 1 });
  const expected = numbersOf(other);
  numbersOf(estimator).forEach((value, j) => {
    expect(value).toBeCloseTo(expected[j]!, 3);
  });
  const predicted = predictor(other, classCount(data))(data.inputs, null);
  predictor(estimator, classCount(data))(data.inputs, null).forEach((value, i) => {
    expect(value).toBeCloseTo(predicted[i]!, 3);
  });
  expect(fitLinear(data, allRows(ROWS), settings)).toEqual(estimator);
});

test('coordinates are as many as rows, and have the scores, the labels and the length of the weights', () => {
  const design: Design = {
    rows: 2,
    width: 5,
    dense: [
      { index: 0, values: Float64Array.of(1, 3) },
      { index: 3, values: Float64Array.of(-2, 1) },
      { index: 4, values: Float64Array.of(0.5, 0) },
    ],
    hot: [{ start: 1, count: 2, codes: Int32Array.of(2, -1) }],
  };
  const space = rowSpace(design)!;
  const outputs = [
    Float64Array.of(-1, 5, 6, 3, 2, 0.1),
    Float64Array.of(2, 0, 1, -1, 0, 0.2),
    Float64Array.of(0, 0, 0, 0, 0, 0),
  ];
  const coordinates = space.toCoordinates(Float64Array.from(outputs.flatMap((output) => [...output])));
  const weights = space.toWeights(coordinates);
  const size = space.design.width + 1;
  expect(size).toBe(2 + 2 + 1);
  outputs.forEach((output, k) => {
    const inSpace = coordinates.subarray(k * size, (k + 1) * size);
    const back = weights.subarray(k * 6, (k + 1) * 6);
    expectScores(space.design, inSpace, scoresOf(design, output));
    expectScores(design, back, scoresOf(design, output));
    expect([...inSpace.subarray(2)]).toEqual([output[1], output[2], output[5]]);
    const length = Math.hypot(...inSpace.subarray(0, 2));
    expect(Math.hypot(back[0]!, back[3]!, back[4]!)).toBeCloseTo(length, 12);
    expect(length).toBeLessThanOrEqual(Math.hypot(output[0]!, output[3]!, output[4]!));
  });
});

test.each([
  ['no more numbers than rows', 4, 4],
  ['so many rows that their matrix would cost more than it saves', 300, 301],
])('%s: there is nothing to save', (_, rows, columns) => {
  const dense = Array.from({ length: columns }, (_, index) => ({ index, values: new Float64Array(rows) }));
  expect(rowSpace({ rows, width: columns, dense, hot: [] })).toBeNull();
});

function scoresOf(design: Design, solution: Float64Array): Float64Array {
  const scores = new Float64Array(design.rows).fill(solution[design.width]!);
  addScores(design, solution, 0, design.rows, scores);
  return scores;
}

function expectScores(design: Design, solution: Float64Array, expected: Float64Array): void {
  scoresOf(design, solution).forEach((score, i) => {
    expect(score).toBeCloseTo(expected[i]!, 12);
  });
}

test('rows that repeat each other, and columns, do not break a fit of more numbers than rows', () => {
  const table = wide(TARGETS[0]![1]);
  const columns = table.columns.map(
    (column): Column =>
      column.kind === 'number'
        ? { ...column, values: column.values.map((_, i) => column.values[i - (i % 2)]!) }
        : { ...column, codes: column.codes.map((_, i) => column.codes[i - (i % 2)]!) },
  );
  const copies = columns
    .slice(0, -1)
    .map(
      (column): Column =>
        column.kind === 'number'
          ? { ...column, name: `twice ${column.name}`, values: column.values.map((value) => 2 * value) }
          : { ...column, name: `${column.name} again` },
    );
  const data = trainingData({ rows: ROWS, columns: [...copies, ...columns] }, 'y', 'regression');
  const estimator = fitLinear(data, allRows(ROWS), { l2: 0, estimatesLabels: true, balanced: false });
  const actual = columns.at(-1)!;
  predictor(estimator, 0)(data.inputs, null).forEach((value, i) => {
    expect(value).toBeCloseTo(actual.kind === 'number' ? actual.values[i]! : Number.NaN, 6);
  });
});
