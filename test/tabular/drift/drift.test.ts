import { beforeAll, describe, expect, test } from 'vitest';
import type { ModelDocument } from '../../../src/tabular/document.ts';
import { assessDrift, type InputDrift } from '../../../src/tabular/drift/assess.ts';
import { inputCounter } from '../../../src/tabular/drift/counter.ts';
import { loadModel } from '../../../src/tabular/scoring/model.ts';
import type { Column, Table } from '../../../src/tabular/table.ts';
import { train } from '../../../src/tabular/training/train.ts';

const ROWS = 2000;
const COLOURS = ['red', 'green', '__proto__'];

/** Even noise in [0, 1), the same every time. */
const noise = (row: number, seed: number) => ((row + 1) * (0.618_033_988_7 + seed / 97)) % 1;

const numbers = (name: string, value: (row: number) => number): Column => ({
  kind: 'number',
  name,
  values: Float64Array.from({ length: ROWS }, (_, row) => value(row)),
});
const categories = (name: string, labels: readonly string[], code: (row: number) => number): Column => ({
  kind: 'category',
  name,
  labels,
  codes: Int32Array.from({ length: ROWS }, (_, row) => code(row)),
});

const AS_TRAINED: readonly Column[] = [
  numbers('size', (row) => (row % 50 === 0 ? Number.NaN : noise(row, 1))),
  numbers('weight', (row) => noise(row, 2) ** 3),
  categories('colour', COLOURS, (row) => (row % 40 === 0 ? -1 : row % 3)),
  categories('constructor', ['TRUE', 'False'], (row) => Number(noise(row, 3) > 0.7)),
  categories('day', ['2024-01-01', '2024-02-03', '2024-03-04'], (row) => row % 3),
];
const TARGET = categories('target', ['no', 'yes'], (row) => Number(noise(row, 1) > 0.5));

/** The training table with some columns replaced. */
const table = (...replaced: Column[]): Table => ({
  rows: ROWS,
  columns: AS_TRAINED.map((column) => replaced.find(({ name }) => name === column.name) ?? column),
});

describe.each(['light', 'heavy'] as const)('of a %s model', (mode) => {
  let document: ModelDocument;
  beforeAll(async () => {
    const spec = { mode, target: 'target', seed: 42, params: mode === 'heavy' ? { max_trials: 2 } : {} };
    const { model } = await train({ rows: ROWS, columns: [...AS_TRAINED, TARGET] }, spec, {
      onProgress() {},
    });
    document = JSON.parse(JSON.stringify(model));
  });

  const drift = (asked: Table): InputDrift => {
    const counter = inputCounter(document.reference);
    const counts = counter.empty();
    loadModel(document).predictTable(asked, (inputs) => counter.add(inputs, counts));
    return assessDrift(document, counts);
  };
  const first = (asked: Table) => drift(asked).columns[0];

  test('the training rows themselves have not drifted', () => {
    const { level, psi, columns } = drift(table());
    expect(level).toBe('stable');
    expect(psi).toBeLessThan(0.01);
    expect(columns.map(({ name }) => name).sort()).toEqual(AS_TRAINED.map(({ name }) => name).sort());
  });

  test('a number that moved is named first, and the others have not moved with it', () => {
    const moved = drift(table(numbers('weight', (row) => noise(row, 2) ** 3 + 0.3)));
    expect(moved.level).toBe('significant');
    expect(moved.columns[0]).toEqual({ name: 'weight', psi: moved.psi, level: 'significant' });
    expect(moved.columns.slice(1).every(({ psi }) => psi < 0.01)).toBe(true);
  });

  test('a number that moved a little has drifted moderately', () => {
    expect(first(table(numbers('size', (row) => noise(row, 1) ** 1.45)))).toMatchObject({
      name: 'size',
      level: 'moderate',
    });
  });

  test('a category that was not there is drift', () => {
    expect(first(table(categories('colour', ['mauve', 'red'], (row) => row % 2)))).toMatchObject({
      name: 'colour',
      level: 'significant',
    });
  });

  test('labels are compared as text, whatever their order and however they are spelled', () => {
    const reordered = categories('colour', [...COLOURS].reverse(), (row) =>
      row % 40 === 0 ? -1 : 2 - (row % 3),
    );
    expect(drift(table(reordered)).psi).toBeLessThan(0.01);
  });

  test('values that go missing are drift', () => {
    const missing = numbers('size', (row) => (row % 3 === 0 ? Number.NaN : noise(row, 1)));
    expect(first(table(missing))).toMatchObject({ name: 'size', level: 'significant' });
    const blank = categories('colour', COLOURS, (row) => (row % 2 ? -1 : row % 3));
    expect(first(table(blank))).toMatchObject({ name: 'colour', level: 'significant' });
  });

  test('dates that have moved on are drift', () => {
    expect(first(table(categories('day', ['2025-01-01'], () => 0)))).toMatchObject({
      name: 'day',
      level: 'significant',
    });
  });

  test('counting changes no prediction', () => {
    const counter = inputCounter(document.reference);
    const scorer = loadModel(document);
    const counted = scorer.predictTable(table(), (inputs) => counter.add(inputs, counter.empty()));
    expect(counted).toEqual(scorer.predictTable(table()));
  });

  test('a model that was made before the reference was kept predicts, and its drift is unknown', () => {
    const { reference, ...older } = document;
    expect(reference).toHaveLength(AS_TRAINED.length);
    const counter = inputCounter();
    const counts = counter.empty();
    const predicted = loadModel(older).predictTable(table(), (inputs) => counter.add(inputs, counts));
    expect(predicted).toEqual(loadModel(document).predictTable(table()));
    expect(counts.rows).toBe(ROWS);
    expect(assessDrift(older, counts)).toEqual({ level: 'unknown', psi: null, columns: [] });
  });
});

test('a column of so few training rows that chance looks like drift is left out', () => {
  const spread = (rows: number) => Array(10).fill(rows / 10);
  const model = {
    columns: [
      { name: 'few', type: 'number' as const },
      { name: 'many', type: 'number' as const },
    ],
    reference: [
      { kind: 'number' as const, edges: [1, 2, 3, 4, 5, 6, 7, 8], counts: spread(50) },
      { kind: 'number' as const, edges: [1, 2, 3, 4, 5, 6, 7, 8], counts: spread(500) },
    ],
  };
  const bins = Uint32Array.of(...spread(1000), ...spread(1000));
  expect(assessDrift(model, { rows: 1000, bins }).columns.map(({ name }) => name)).toEqual(['many']);
  const [few] = model.reference;
  expect(
    assessDrift({ columns: [model.columns[0]!], reference: [few!] }, { rows: 1000, bins: bins.slice(0, 10) }),
  ).toMatchObject({ level: 'unknown' });
});
