import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import type { ModelDocument } from '../../../src/tabular/document.ts';
import { toOnnx } from '../../../src/tabular/onnx/export.ts';
import { loadModel } from '../../../src/tabular/scoring/model.ts';
import type { Column, Table } from '../../../src/tabular/table.ts';
import { createRandom } from '../../../src/tabular/training/random.ts';
import { type TrainParams, train } from '../../../src/tabular/training/train.ts';
import { SILENT } from '../training/spec.ts';

const ROWS = 900;

/** Numbers with gaps, text with gaps and rare labels, a boolean, dates around a leap day and before 1970. */
function mixedTable(classes: number): Table {
  const random = createRandom(21);
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
  const x = Float64Array.from({ length: ROWS }, () => random() * 1000 - 500);
  const start = Date.UTC(1968, 0, 20);
  const towns = Array.from({ length: 70 }, (_, k) => (k === 5 ? '__proto__' : `town "${k}" é`));
  const town = Int32Array.from({ length: ROWS }, () => Math.floor(random() ** 3 * 70));
  const noise = Float64Array.from({ length: ROWS }, () => random());
  const score = (i: number) => (x[i]! > 100 ? 2 : 0) + (town[i]! % 3) + ((i * 3) % 7 > 4 ? 1 : 0) + noise[i]!;
  const target: Column =
    classes === 0
      ? numbers('target', (i) => 5000 + score(i))
      : categories('target', ['low', 'mid', 'high', 'top'].slice(0, classes), (i) =>
          Math.min(classes - 1, Math.floor(score(i) / 1.5)),
        );
  return {
    rows: ROWS,
    columns: [
      numbers('size of it', (i) => (i % 9 === 0 ? Number.NaN : x[i]!)),
      numbers('label', (i) => noise[(i * 7) % ROWS]! * 1e6),
      categories('town', towns, (i) => (i % 11 === 0 ? -1 : town[i]!)),
      categories('flag', ['True', 'False'], (i) => i % 2),
      numbers('day', (i) => (i % 50 === 0 ? Number.NaN : start + i * 3 * 86_400_000 + (i % 24) * 3_600_000)),
      target,
    ],
  };
}

/** Each column as the `[rows, 1]` tensor `toOnnx` describes. */
function feeds(document: ModelDocument, table: Table): Record<string, ort.Tensor> {
  return Object.fromEntries(
    document.columns.map(({ name, type }) => {
      const column = table.columns.find((candidate) => candidate.name === name)!;
      if (column.kind === 'number') return [name, new ort.Tensor('float64', column.values, [table.rows, 1])];
      const text = Array.from(column.codes, (code) => column.labels[code] ?? '');
      const cells = type === 'boolean' ? text.map((cell) => cell.toLowerCase()) : text;
      return [name, new ort.Tensor('string', cells, [table.rows, 1])];
    }),
  );
}

const DATETIME = { day: 'datetime' } as const;

async function trainMixed(
  classes: number,
  mode: 'light' | 'heavy',
  params: TrainParams = {},
): Promise<ModelDocument> {
  const { model } = await train(
    mixedTable(classes),
    { mode, target: 'target', seed: 42, params, columnTypes: DATETIME },
    SILENT,
  );
  return model;
}

/** Rows with what training has not seen: an unknown town, everything missing. */
function strangeRows(table: Table): Table {
  const columns = table.columns.map((column): Column => {
    if (column.kind === 'number') return { ...column, values: Float64Array.of(Number.NaN, 1e30, -1e30) };
    return {
      ...column,
      codes: Int32Array.of(-1, column.labels.length, 0),
      labels: [...column.labels, column.name === 'flag' ? 'TRUE' : 'Atlantis'],
    };
  });
  return { rows: 3, columns };
}

async function expectAgreement(
  document: ModelDocument,
  table: Table,
  // The column called "label" pushes the output of that name aside.
  label = 'label_',
): Promise<void> {
  const session = await ort.InferenceSession.create(toOnnx(document));
  const theirs = await session.run(feeds(document, table));
  const ours = loadModel(document).predictTable(table);
  if (ours.task === 'regression') {
    const values = theirs['prediction']!.data as Float64Array;
    ours.values.forEach((value, i) => {
      expect(Math.abs(values[i]! - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
    });
    return;
  }
  expect(session.outputNames).toEqual([label, 'probabilities']);
  const probabilities = theirs['probabilities']!.data as Float64Array;
  ours.probabilities.forEach((p, i) => {
    expect(Math.abs(probabilities[i]! - p)).toBeLessThan(1e-6);
  });
  expect(theirs[label]!.data).toEqual(Array.from(ours.codes, (code) => ours.classes[code]));
}

test.each([
  ['light', 0],
  ['light', 2],
  ['light', 4],
  ['heavy', 0],
  ['heavy', 2],
  ['heavy', 4],
] as const)(
  'ONNX Runtime scores a %s model of %i classes as we do, strange rows too',
  async (mode, classes) => {
    const params = mode === 'heavy' ? { max_trials: 3 } : {};
    const document = await trainMixed(classes, mode, params);
    const table = mixedTable(classes);
    await expectAgreement(document, table);
    await expectAgreement(document, strangeRows(table));
  },
);

test('a blend is scored alike', async () => {
  const linear = await trainMixed(4, 'light');
  const trees = await trainMixed(4, 'heavy', { max_trials: 2 });
  const members = [linear, trees].map(({ estimator }, m) => ({
    weight: m === 0 ? 0.3 : 0.7,
    estimator: single(estimator),
  }));
  await expectAgreement({ ...linear, estimator: { kind: 'blend', members } }, mixedTable(4));
});

function single(estimator: ModelDocument['estimator']) {
  if (estimator.kind === 'transformed_target') throw new Error('expected classes');
  return estimator.kind === 'blend' ? estimator.members[1]!.estimator : estimator;
}

test.each([
  ['light', 'log'],
  ['light', 'symlog'],
  ['heavy', 'log'],
  ['heavy', 'symlog'],
] as const)('what a %s model of a target on a %s scale predicts is turned back alike', async (mode, name) => {
  const table = mixedTable(0);
  const columns = table.columns.map((column): Column => {
    if (column.name !== 'target' || column.kind !== 'number') return column;
    const values = column.values.map((value) => Math.exp(value - 5000) - (name === 'symlog' ? 2 : 0));
    return { ...column, values };
  });
  const { model } = await train(
    { ...table, columns },
    {
      mode,
      target: 'target',
      seed: 42,
      params: { target_transform: 'log', ...(mode === 'heavy' && { max_trials: 2 }) },
      columnTypes: DATETIME,
    },
    SILENT,
  );
  expect(model.estimator).toMatchObject({ kind: 'transformed_target', transform: { name } });
  await expectAgreement(model, table);
  await expectAgreement(model, strangeRows(table));
});

/** Columns of hundreds and of thousands of labels, of which some share features, most of them with gaps. */
function labelledTable(classes: number): Table {
  const rows = 26_000;
  const random = createRandom(23);
  const column = (name: string, labels: number) => ({
    kind: 'category' as const,
    name,
    labels: Array.from({ length: labels }, (_, k) => `${name} "${k}" é`),
    codes: Int32Array.from({ length: rows }, (_, i) => (random() < 0.02 ? -1 : i % labels)),
  });
  const [town, shop] = [column('town', 400), column('shop', 9500)];
  const score = (i: number) => (town.codes[i]! % 5) + (shop.codes[i]! % 3) + 3 * random();
  const target: Column =
    classes === 0
      ? { kind: 'number', name: 'target', values: Float64Array.from({ length: rows }, (_, i) => score(i)) }
      : {
          kind: 'category',
          name: 'target',
          labels: ['low', 'mid', 'high'].slice(0, classes),
          codes: Int32Array.from({ length: rows }, (_, i) =>
            Math.max(0, Math.min(classes - 1, Math.floor(score(i) / 3))),
          ),
        };
  return { rows, columns: [town, shop, target] };
}

test.each([0, 2, 3])(
  'labels by the hundred and labels that share features are scored alike, with %i classes',
  async (classes) => {
    const table = labelledTable(classes);
    const { model } = await train(table, { mode: 'light', target: 'target', seed: 42, params: {} }, SILENT);
    const { estimator } = model;
    if (estimator.kind !== 'linear') throw new Error('expected a linear model');
    const groups = estimator.encoders.filter((encoder) => encoder.kind === 'one_hot');
    expect(groups.map(({ labels }) => labels.length > 300)).toEqual([true, true]);
    expect(groups[1]!.hashed!.labels.length).toBeGreaterThan(500);
    await expectAgreement(model, table, 'label');
    await expectAgreement(model, strangeRows(table), 'label');
  },
);

test('the file carries what it is told to', async () => {
  const document = await trainMixed(2, 'light');
  const bytes = Buffer.from(toOnnx(document, { card: '{"seed":42}' }));
  expect(bytes.includes('{"seed":42}')).toBe(true);
});
