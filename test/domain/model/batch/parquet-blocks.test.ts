import { beforeAll, describe, expect } from 'vitest';
import { loadModel, type ModelDocument, type Table, train } from '#tabular';
import { scoreTable } from '../../../../src/domain/model/batch/score-table.ts';
import { PARQUET, test } from '../../table/files.ts';

const ROWS = 200;
const day = (i: number) => Date.UTC(2024, 0, 1 + (i % 90));
const codes = (code: (row: number) => number) => Int32Array.from({ length: ROWS }, (_, i) => code(i));
const numbers = (value: (row: number) => number) => Float64Array.from({ length: ROWS }, (_, i) => value(i));

/** What is predicted follows a little from everything, so that no column can be misread without being noticed. */
const TABLE: Table = {
  rows: ROWS,
  columns: [
    { kind: 'number', name: 'n', values: numbers((i) => Math.sin(i * 7.7)) },
    { kind: 'number', name: 'price', values: numbers((i) => (i * 37) % 101) },
    { kind: 'number', name: 'when', values: numbers(day) },
    { kind: 'category', name: 'flag', codes: codes((i) => i % 2), labels: ['true', 'false'] },
    { kind: 'category', name: 'kind', codes: codes((i) => (i * 3) % 4), labels: ['a', 'b', '7', 'none'] },
    {
      kind: 'number',
      name: 'y',
      values: numbers(
        (i) => Math.sin(i * 7.7) + ((i * 37) % 101) / 9 + (i % 90) + 5 * (i % 2) + ((i * 3) % 4),
      ),
    },
  ],
};

let document: ModelDocument;
beforeAll(async () => {
  const spec = {
    mode: 'light' as const,
    target: 'y',
    seed: 1,
    params: {},
    columnTypes: { n: 'number', price: 'number', when: 'datetime', flag: 'boolean', kind: 'string' } as const,
    columnForms: { price: { kind: 'number', decimal: ',', thousands: '.', unit: '' } } as const,
    naValues: ['-999', 'unknown'],
  };
  document = (await train(TABLE, spec, { onProgress() {} })).model;
});

async function score(path: string, { threads = 0, maxBytes = 1e9 } = {}) {
  const written: Uint8Array[] = [];
  const scored = await scoreTable(
    document,
    () => path,
    { fileType: PARQUET, to: 'csv', maxBytes, threads },
    (piece) => written.push(piece),
  );
  const [, ...lines] = Buffer.concat(written).toString().trimEnd().split('\n');
  return { ...scored, predictions: lines.map(Number) };
}

const byRows = (rows: readonly Record<string, unknown>[]) => loadModel(document).predict(rows).predictions;

/** A row of Parquet by SQL, and the same in JSON. */
const SQL = { n: '0.5', price: '12.5', when: "DATE '2024-02-01'", flag: 'true', kind: "'b'" };
const JSON_ROW = { n: 0.5, price: 12.5, when: '2024-02-01', flag: true, kind: 'b' };
const rowOf = (sql: Record<string, string>) =>
  `SELECT ${Object.entries({ ...SQL, ...sql })
    .map(([name, value]) => `${value} AS ${name}`)
    .join()}`;

test('a Parquet file is predicted as its rows are, in order, on any number of threads', async ({
  parquet,
}) => {
  const rows = 20_000;
  const file = await parquet(`SELECT
    kind, [10, 20][1] AS more, flag, day AS "when", price, n FROM (SELECT
      CASE WHEN i % 11 > 0 THEN (i % 1000) / 500.0 ELSE 'NaN'::DOUBLE END AS n,
      (i % 100)::SMALLINT AS price,
      TIMESTAMP '2024-01-01' + to_hours((i % 2000)::INTEGER) AS day,
      CASE WHEN i % 13 > 0 THEN i % 2 = 0 END AS flag,
      CASE WHEN i % 17 > 0 THEN chr((97 + i % 3)::INTEGER) END AS kind
    FROM range(${rows}) t(i))`);
  const expected = byRows(
    Array.from({ length: rows }, (_, i) => ({
      n: i % 11 > 0 ? (i % 1000) / 500 : null,
      price: i % 100,
      when: Date.UTC(2024, 0, 1, i % 2000),
      flag: i % 13 > 0 ? i % 2 === 0 : null,
      kind: i % 17 > 0 ? 'abc'[i % 3] : null,
    })),
  );
  const here = await score(file);
  expect([here.rows, here.counts.rows]).toEqual([rows, rows]);
  expect(here.predictions).toEqual(expected);
  const there = await score(file, { threads: 2 });
  expect([there.predictions, there.counts]).toEqual([here.predictions, here.counts]);
});

test.for<[sql: Record<string, string>, json: Record<string, unknown>]>([
  [{ n: '3::TINYINT' }, { n: 3 }],
  [{ n: '2.50::DECIMAL(9, 2)' }, { n: 2.5 }],
  [{ n: 'true' }, { n: true }],
  [{ n: "'2.5'" }, { n: '2.5' }],
  [{ n: '9007199254740993' }, { n: 9007199254740993n.toString() }],
  [{ n: "'inf'::DOUBLE" }, { n: null }],
  [{ n: 'NULL::INTEGER' }, { n: null }],
  [{ n: '-999' }, { n: -999 }],
  [{ n: "'unknown'" }, { n: 'unknown' }],
  [{ price: "'1.234,5'" }, { price: '1.234,5' }],
  [{ price: "'?'" }, { price: '?' }],
  [{ when: "TIMESTAMP '2024-02-29 12:00:00'" }, { when: '2024-02-29T12:00' }],
  [{ when: "TIMESTAMPTZ '2024-02-29 12:00:00+02'" }, { when: '2024-02-29T12:00:00+02:00' }],
  [{ when: "'2024-02-29'" }, { when: '2024-02-29' }],
  [{ when: '1709164800000' }, { when: 1709164800000 }],
  [{ flag: '0' }, { flag: 0 }],
  [{ flag: '1.0::DOUBLE' }, { flag: 1 }],
  [{ flag: "'FALSE'" }, { flag: 'FALSE' }],
  [{ flag: '-999' }, { flag: null }],
  [{ kind: '7::BIGINT' }, { kind: 7 }],
  [{ kind: "'NA'" }, { kind: 'NA' }],
  [{ kind: "'unknown'" }, { kind: 'unknown' }],
])('%j in Parquet is %j in rows', async ([sql, json], { parquet }) => {
  const { predictions } = await score(await parquet(rowOf(sql)));
  expect(predictions).toEqual(byRows([{ ...JSON_ROW, ...json }]));
});

describe('is refused, with the row or the column:', () => {
  test.for<[what: string, query: string, code: string, message: string]>([
    ['no row', `${rowOf({})} LIMIT 0`, 'empty', 'The table has no rows.'],
    ['missing columns', 'SELECT 1 AS n, true AS flag', 'unusable_data', '"price", "when", "kind"'],
    [
      'a text that is no number, behind many that are',
      `${rowOf({ n: "CASE WHEN i < 9000 THEN '1' ELSE 'lots' END" })} FROM range(9001) t(i)`,
      'unusable_data',
      'Column "n", row 9000, holds "lots": a number is needed.',
    ],
    [
      'a text in another form',
      rowOf({ price: "'1,234.5'" }),
      'unusable_data',
      'Column "price", row 0, holds "1,234.5": a number written as number (decimal comma, thousands point) is needed.',
    ],
    [
      'a number that is no truth value',
      rowOf({ flag: '2' }),
      'unusable_data',
      'Column "flag", row 0, holds "2": true or false is needed.',
    ],
    [
      'a text that is no truth value',
      rowOf({ flag: "'maybe'" }),
      'unusable_data',
      'Column "flag", row 0, holds "maybe": true or false is needed.',
    ],
    [
      'times for numbers',
      rowOf({ n: "DATE '2024-01-31'" }),
      'unusable_data',
      'Column "n" holds times: a number is needed.',
    ],
    [
      'truth values for times',
      rowOf({ when: 'true' }),
      'unusable_data',
      'Column "when" holds truth values: an ISO 8601 date or timestamp is needed.',
    ],
    ['a nested column', `${rowOf({})}, {'a': 1} AS nested`, 'bad_format', 'Column "nested" is of a type'],
  ])('%s', async ([, query, code, message], { parquet }) => {
    await expect(score(await parquet(query))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test('what is no Parquet but by its first bytes', async ({ write }) => {
    await expect(score(await write('PAR1 and more'))).rejects.toMatchObject({ code: 'bad_format' });
  });

  test('more than is allowed when it is decompressed, however small it is, and an answer that would be', async ({
    parquet,
  }) => {
    const file = await parquet(`${rowOf({})} FROM range(100000)`);
    await expect(score(file, { maxBytes: 400_000 })).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('when decompressed'),
    });
    await expect(score(file, { maxBytes: 600_000 })).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('answer'),
    });
  });
});
