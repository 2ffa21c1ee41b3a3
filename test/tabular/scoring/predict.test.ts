import { beforeAll, expect, test } from 'vitest';
import type { ModelDocument } from '../../../src/tabular/document.ts';
import { loadModel, type Scorer } from '../../../src/tabular/scoring/model.ts';
import { predictInSlices } from '../../../src/tabular/scoring/predict-in-slices.ts';
import type { Table } from '../../../src/tabular/table.ts';
import { train } from '../../../src/tabular/training/train.ts';
import { SILENT } from '../training/spec.ts';

const ROWS = 300;
const COLOURS = ['red', 'green', 'blue'];

function codes(length: number, code: (row: number) => number): Int32Array {
  return Int32Array.from({ length }, (_, row) => code(row));
}

/** Sold when bigger than 0 or blue; `size` and `colour` have gaps. */
const TABLE: Table = {
  rows: ROWS,
  columns: [
    {
      kind: 'number',
      name: 'size',
      values: Float64Array.from({ length: ROWS }, (_, i) => (i % 11 === 0 ? Number.NaN : Math.sin(i * 7.7))),
    },
    {
      kind: 'category',
      name: 'colour',
      codes: codes(ROWS, (i) => (i % 13 === 0 ? -1 : i % 3)),
      labels: COLOURS,
    },
    { kind: 'category', name: '__proto__', codes: codes(ROWS, (i) => i % 2), labels: ['True', 'False'] },
    {
      kind: 'category',
      name: 'sold',
      codes: codes(ROWS, (i) => Number(Math.sin(i * 7.7) > 0 || i % 3 === 2)),
      labels: ['__proto__', 'yes'],
    },
  ],
};

let scorer: Scorer;
beforeAll(async () => {
  const { model } = await train(TABLE, { mode: 'light', target: 'sold', seed: 42, params: {} }, SILENT);
  scorer = loadModel(JSON.parse(JSON.stringify(model)));
});

function row(over: string): Record<string, unknown> {
  return { ...JSON.parse(`{"size": 0.1, "colour": "red"}`), ...JSON.parse(over) };
}

// A spread would set the prototype; only JSON.parse makes an own property of that name.
function full(json: string): Record<string, unknown> {
  return JSON.parse(json);
}

test('it says which columns it needs, with their types', () => {
  expect(scorer.columns).toEqual([
    { name: 'size', type: 'number' },
    { name: 'colour', type: 'string' },
    { name: '__proto__', type: 'boolean' },
  ]);
});

test('a column called __proto__ is only data, a class called so too', () => {
  const { predictions, probabilities } = scorer.predict([
    full('{"size": -0.9, "colour": "red", "__proto__": true}'),
    full('{"size": 0.9, "colour": "blue", "__proto__": false}'),
  ]);
  expect(predictions).toEqual(['__proto__', 'yes']);
  expect(Object.keys(probabilities![0]!)).toEqual(['__proto__', 'yes']);
  expect(Object.values(probabilities![0]!).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect('yes' in {}).toBe(false);
});

test('rows and whole columns are scored alike', () => {
  const table = scorer.predictTable(TABLE);
  const [size, colour] = [TABLE.columns[0]!, TABLE.columns[1]!];
  if (table.task !== 'classification' || size.kind !== 'number' || colour.kind !== 'category')
    throw new Error('unexpected');
  const rows = Array.from({ length: ROWS }, (_, i) =>
    full(
      JSON.stringify({
        size: Number.isNaN(size.values[i]!) ? null : size.values[i],
        colour: colour.labels[colour.codes[i]!] ?? null,
      }).replace('}', `, "__proto__": ${i % 2 === 0}}`),
    ),
  );
  expect(scorer.predict(rows).predictions).toEqual(Array.from(table.codes, (code) => table.classes[code]));
});

test('numbers may come as text, further columns are ignored', () => {
  const [number, text] = [
    scorer.predict([full('{"size": 0.25, "colour": "red", "__proto__": true}')]),
    scorer.predict([full('{"extra": {}, "size": " 2.5e-1 ", "colour": "red", "__proto__": "TRUE"}')]),
  ];
  expect(text).toEqual(number);
});

test.each(['null', '""', '"NaN"'])(
  'a number given as %s is a missing value, handled as in training',
  (value) => {
    const missing = scorer.predict([full(`{"size": ${value}, "colour": "blue", "__proto__": null}`)]);
    expect(missing).toEqual(scorer.predict([full('{"size": null, "colour": "blue", "__proto__": ""}')]));
    expect(missing.predictions).toEqual(['yes']);
  },
);

test('an unknown category is scored, not refused', () => {
  expect(scorer.predict([full('{"size": 0.9, "colour": "mauve", "__proto__": true}')]).predictions).toEqual([
    'yes',
  ]);
});

test('absent columns are named', () => {
  expect(() => scorer.predict([row('{}'), full('{"colour": "red"}')])).toThrow(
    expect.objectContaining({
      code: 'unusable_rows',
      message: expect.stringMatching(/^Missing columns: "size", "__proto__"\./),
    }),
  );
  expect(() => scorer.predictTable({ rows: 1, columns: [] })).toThrow(
    expect.objectContaining({ code: 'unusable_rows' }),
  );
});

test.each([
  ['{"size": "big", "colour": "red", "__proto__": true}', 'Column "size", row 0: a number is needed.'],
  ['{"size": [1], "colour": "red", "__proto__": true}', 'Column "size", row 0: a number is needed.'],
  ['{"size": 1, "colour": {"a": 1}, "__proto__": true}', 'Column "colour", row 0: a text is needed.'],
  [
    '{"size": 1, "colour": "red", "__proto__": "maybe"}',
    'Column "__proto__", row 0: true or false is needed.',
  ],
])('%s is refused by column and row', (json, message) => {
  expect(() => scorer.predict([full(json)])).toThrow(
    expect.objectContaining({ code: 'unusable_rows', message }),
  );
});

test('no rows give no predictions', () => {
  expect(scorer.predict([]).predictions).toEqual([]);
});

test('rows scored in slices are predicted as they are at once, and other work goes on in between', async () => {
  const rows = Array.from({ length: 1500 }, (_, i) =>
    full(`{"size": ${Math.sin(i)}, "colour": "${COLOURS[i % 3]}", "__proto__": ${i % 2 === 0}}`),
  );
  let turns = 0;
  const count = () => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  let seen = 0;
  const predicted = await predictInSlices(scorer, rows, (inputs) => {
    seen += inputs[0]!.kind === 'number' ? inputs[0]!.values.length : 0;
  });
  clearImmediate(next);
  expect(predicted).toEqual(scorer.predict(rows));
  expect(seen).toBe(1500);
  expect(turns).toBeGreaterThan(0);
});

test('a value that does not fit is named by its row among all', async () => {
  const rows = Array.from({ length: 1500 }, () => full('{"size": 1, "colour": "red", "__proto__": true}'));
  rows[1234] = full('{"size": 1, "colour": "red", "__proto__": "maybe"}');
  await expect(predictInSlices(scorer, rows, () => {})).rejects.toThrow('row 1234');
});

test.each([1, 2] as const)('a model stored by version %i is scored as it was', (version) => {
  const rows = [full('{"size": 0.9, "colour": "mauve", "__proto__": true}')];
  const before = loadModel({ ...scorer.document, version });
  expect(before.predict(rows)).toEqual(scorer.predict(rows));
});

test('a model of a later version is refused', () => {
  const later = { ...scorer.document, version: 4 } as unknown as ModelDocument;
  expect(() => loadModel(later)).toThrow('Not a model of version 1 or 2 or 3');
});
