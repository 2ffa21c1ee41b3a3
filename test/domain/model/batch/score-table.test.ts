import { beforeAll, describe, expect, test } from 'vitest';
import { loadModel, type ModelDocument, type Table, train } from '#tabular';
import type { BatchFormat } from '../../../../src/domain/model/batch/prediction-lines.ts';
import { scoreTable } from '../../../../src/domain/model/batch/score-table.ts';
import { CSV, TSV } from '../../table/files.ts';

const ROWS = 400;
const KINDS = ['plain', 'with, comma', 'with "quotes"', 'Ünïcode 🦆'];
const day = (i: number) => Date.UTC(2024, 0, 1 + (i % 90), i % 24);

/** The class follows from everything; each column has gaps. */
const TABLE: Table = {
  rows: ROWS,
  columns: [
    {
      kind: 'number',
      name: 'size, in m',
      values: Float64Array.from({ length: ROWS }, (_, i) => (i % 11 === 0 ? Number.NaN : Math.sin(i * 7.7))),
    },
    { kind: 'category', name: 'kind', codes: codes((i) => (i % 13 === 0 ? -1 : i % 4)), labels: KINDS },
    {
      kind: 'category',
      name: 'flag',
      codes: codes((i) => (i % 17 === 0 ? -1 : i % 2)),
      labels: ['True', 'false'],
    },
    { kind: 'number', name: 'when', values: Float64Array.from({ length: ROWS }, (_, i) => day(i)) },
    {
      kind: 'category',
      name: 'class',
      codes: codes((i) => (Math.sin(i * 7.7) > 0 ? 1 : i % 4 === 2 ? 2 : 0)),
      labels: ['007', 'a "b", c', ' spaced '],
    },
  ],
};

function codes(code: (row: number) => number): Int32Array {
  return Int32Array.from({ length: ROWS }, (_, row) => code(row));
}

const field = (text: string) => `"${text.replaceAll('"', '""')}"`;
const CELLS = Array.from({ length: ROWS }, (_, i) => ({
  size: i % 11 === 0 ? ['', 'NA', 'null'][i % 3]! : String(Math.sin(i * 7.7)),
  kind: i % 13 === 0 ? ['', 'N/A', 'None'][i % 3]! : KINDS[i % 4]!,
  flag: i % 17 === 0 ? '' : ['True', 'false'][i % 2]!,
  when: new Date(day(i)).toISOString(),
}));
const HEADER = '"size, in m",kind,flag,when\n';
const line = (i: number) => {
  const { size, kind, flag, when } = CELLS[i % ROWS]!;
  return `${size},${field(kind)},${flag},${when}\n`;
};
const csv = (rows: number) => HEADER + Array.from({ length: rows }, (_, i) => line(i)).join('');

let document: ModelDocument;
beforeAll(async () => {
  const spec = {
    mode: 'light' as const,
    target: 'class',
    seed: 42,
    params: {},
    columnTypes: { 'size, in m': 'number', kind: 'string', flag: 'boolean', when: 'datetime' } as const,
  };
  document = (await train(TABLE, spec, { onProgress() {} })).model;
});

async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function score(
  text: string,
  over: Partial<Parameters<typeof scoreTable>[2]> & { size?: number; to?: BatchFormat } = {},
) {
  const { size = 65_536, ...options } = over;
  const written: Uint8Array[] = [];
  const scored = await scoreTable(
    document,
    () => pieces(text, size),
    { fileType: CSV, to: 'ndjson', maxBytes: 1e9, threads: 0, ...options },
    (piece) => written.push(piece),
  );
  return { ...scored, text: Buffer.concat(written).toString() };
}

const objects = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row) as { prediction: string; probabilities: Record<string, number> });

test('a table is predicted as its rows are: missing values, quotes, booleans and dates mean the same', async () => {
  const expected = loadModel(document).predict(
    CELLS.map(({ size, kind, flag, when }) => ({ 'size, in m': size, kind, flag, when })),
  );
  const { rows, text } = await score(csv(ROWS));
  expect(rows).toBe(ROWS);
  expect(objects(text).map(({ prediction }) => prediction)).toEqual(expected.predictions);
  expect(objects(text).map(({ probabilities }) => probabilities)).toEqual(expected.probabilities);
});

test('missing values mean what they mean in the trained table', async () => {
  const trained = loadModel(document).predictTable(TABLE);
  if (trained.task !== 'classification') throw new Error('expected classes');
  const { text } = await score(csv(ROWS));
  expect(objects(text).map(({ prediction }) => prediction)).toEqual(
    Array.from(trained.codes, (code) => trained.classes[code]),
  );
});

test('the answer is the same on any number of threads and for any pieces, in the rows’ order', async () => {
  const text = csv(30_000);
  const here = await score(text);
  expect(objects(here.text)).toHaveLength(30_000);
  for (const options of [{ threads: 2 }, { threads: 1, size: 1000 }]) {
    const there = await score(text, options);
    expect(there.text).toBe(here.text);
    expect(there.counts).toEqual(here.counts);
  }
  expect(here.counts.rows).toBe(30_000);
});

test('a last block of one row is scored on another thread too', async () => {
  const { text } = await score(csv(8193), { threads: 1 });
  expect(objects(text)).toHaveLength(8193);
});

test('CSV has a column for the prediction and one for each class’s probability', async () => {
  const { text } = await score(csv(3), { to: 'csv' });
  const [header, first = ''] = text.split('\n');
  expect(header).toBe('prediction,"probability_ spaced ",probability_007,"probability_a ""b"", c"');
  expect(
    first.startsWith('007,') || first.startsWith('" spaced ",') || first.startsWith('"a ""b"", c",'),
  ).toBe(true);
  expect(
    first
      .split(',')
      .slice(-3)
      .map(Number)
      .reduce((sum, p) => sum + p, 0),
  ).toBeCloseTo(1, 9);
});

test('columns may stand in any order, tabs part them, further ones and unknown labels are no matter', async () => {
  const { text } = await score('more\twhen\tflag\tsize, in m\tkind\nx\t2024-01-31\ttrue\t0.5\tnever seen\n', {
    fileType: TSV,
  });
  const [row] = loadModel(document).predict([
    { 'size, in m': 0.5, kind: 'another one', flag: true, when: '2024-01-31' },
  ]).predictions;
  expect(objects(text).map(({ prediction }) => prediction)).toEqual([row]);
});

test('a line that says what parts the cells is none of the rows, and counts as a line of the file', async () => {
  const { text } = await score('sep=;\nsize, in m;kind;flag;when\n0.5;plain;True;2024-01-31\n');
  const [row] = loadModel(document).predict([
    { 'size, in m': 0.5, kind: 'plain', flag: true, when: '2024-01-31' },
  ]).predictions;
  expect(objects(text).map(({ prediction }) => prediction)).toEqual([row]);
});

test('a regression has numbers alone', async () => {
  const target = {
    kind: 'number',
    name: 'class',
    values: Float64Array.from({ length: ROWS }, (_, i) => i / 7),
  } as const;
  const table = { rows: ROWS, columns: [...TABLE.columns.slice(0, -1), target] };
  const { model } = await train(
    table,
    { mode: 'light', target: 'class', seed: 1, params: {} },
    { onProgress() {} },
  );
  const written: Uint8Array[] = [];
  await scoreTable(
    model,
    () => pieces('"size, in m",kind,flag,when\n0.5,plain,true,1706659200000\n', 9),
    { fileType: CSV, to: 'csv', maxBytes: 1e9, threads: 0 },
    (piece) => written.push(piece),
  );
  expect(Buffer.concat(written).toString()).toMatch(/^prediction\n-?\d+(\.\d+)?(e-?\d+)?\n$/);
});

describe('is refused, with the line or the column:', () => {
  test.each([
    ['no row', HEADER, 'empty', 'The table has no rows.'],
    ['nothing at all', '', 'empty', 'no data'],
    ['a missing column', 'kind,flag\na,true\n', 'unusable_data', '"size, in m", "when"'],
    [
      'text for a number',
      `${csv(2)}lots,plain,true,2024-01-31\n`,
      'unusable_data',
      'Line 4, column "size, in m": a number is needed.',
    ],
    [
      'text for a boolean',
      `${HEADER}1,plain,maybe,2024-01-31\n`,
      'unusable_data',
      'Line 2, column "flag": true or false is needed.',
    ],
    [
      'no such day',
      `${HEADER}1,plain,true,2023-02-29\n`,
      'unusable_data',
      'Line 2, column "when": an ISO 8601 date or timestamp is needed.',
    ],
    [
      'such a day behind a line that says what parts the cells',
      'sep=;\nsize, in m;kind;flag;when\n1;plain;true;2023-02-29\n',
      'unusable_data',
      'Line 3, column "when"',
    ],
    ['a short record', `${csv(1)}1,plain\n`, 'bad_format', 'Line 3: 2 fields where the header has 4.'],
    ['a column without a name', 'kind,,flag\na,b,c\n', 'bad_header', 'Column 2'],
  ])('%s', async (_what, text, code, message) => {
    await expect(score(text)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('a bad value behind many good rows, as on one thread', async () => {
    const text = `${csv(20_000)}lots,plain,true,2024-01-31\n`;
    await expect(score(text, { threads: 2 })).rejects.toThrow('Line 20002, column "size, in m"');
  });

  test('an answer larger than is allowed', async () => {
    await expect(score(csv(1000), { maxBytes: 1000 })).rejects.toMatchObject({ code: 'too_large' });
  });
});
