import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { MAX_LINE_BYTES } from '../../../src/domain/table/text-scan.ts';
import { CSV, gzipped, inspect, NDJSON, PARQUET, refusal, TSV, test } from './files.ts';

const TABLE = [
  { name: 'n', type: 'number', missing: 1, distinct: 2, min: 1, max: 2, mean: 1.5 },
  { name: 'flag', type: 'boolean', missing: 0, distinct: 2, min: 'false', max: 'true', mean: null },
  {
    name: 'day',
    type: 'datetime',
    missing: 0,
    distinct: 3,
    min: '2024-01-01',
    max: '2024-03-01',
    mean: null,
  },
  { name: 'text', type: 'string', missing: 1, distinct: 2, min: 'a,b', max: 'c', mean: null },
];
const DAY_MS = 86_400_000;
const days = new Array<number>(16).fill(0);
/** Four days each, from January 1: the 31st and the 60th day after it are in these. */
for (const bin of [0, 7, 15]) days[bin] = 1;
const WHOLE = {
  rows: 3,
  columns: TABLE,
  distributions: {
    rows: 3,
    columns: [
      { from: 0.5, width: 1, counts: [1, 1], quartiles: [1.25, 1.5, 1.75] },
      {
        values: [
          { value: 'true', count: 2 },
          { value: 'false', count: 1 },
        ],
        others: 0,
      },
      {
        ...{ from: Date.UTC(2024, 0, 1), width: 4 * DAY_MS, counts: days },
        quartiles: [15.5, 31, 45.5].map((day) => Date.UTC(2024, 0, 1) + day * DAY_MS),
      },
      {
        values: [
          { value: 'a,b', count: 1 },
          { value: 'c', count: 1 },
        ],
        others: 0,
      },
    ],
  },
};
const LINES = [
  ['n', 'flag', 'day', 'text'],
  ['1', 'true', '2024-02-01', '"a,b"'],
  ['2', 'false', '2024-03-01', 'c'],
  ['NA', 'true', '2024-01-01', ''],
];
const delimited = (delimiter: string, end = '\n') =>
  LINES.map((cells) => cells.join(delimiter) + end).join('');
const NDJSON_TEXT = [
  { n: 1, flag: true, day: '2024-02-01', text: 'a,b' },
  { n: '2', day: '2024-03-01', flag: false, text: 'c' },
  { flag: true, day: '2024-01-01', n: null, text: '' },
]
  .map((row) => `${JSON.stringify(row)}\n`)
  .join('');

describe('profiles the same table', () => {
  test.for([
    ['a comma', delimited(',')],
    ['a semicolon', delimited(';')],
    ['a tab', delimited('\t')],
    ['a bar', delimited('|')],
    ['CR LF', delimited(',', '\r\n')],
    ['no line end at the end', delimited(',').trimEnd()],
    ['blank lines', `${delimited(',', '\n\n')}\n\n`],
    ['a byte order mark', `\u{feff}${delimited(',')}`],
    ['a line that says what parts the cells', `sep=;\n${delimited(';')}`],
    ['such a line of a spreadsheet', `\u{feff}SEP=|\r\n${delimited('|', '\r\n')}`],
    ['every cell quoted', delimited(',').replace(/"?(a,b|[^,\n"]+)"?/g, '"$1"')],
  ] as const)('from csv with %s', async ([, text], { write }) => {
    expect(await inspect(await write(text), CSV)).toEqual(WHOLE);
    expect(await inspect(await write(gzipSync(text)), gzipped(CSV))).toEqual(WHOLE);
  });

  test('from tsv', async ({ write }) => {
    const text = delimited('\t');
    expect(await inspect(await write(text), TSV)).toEqual(WHOLE);
    expect(await inspect(await write(gzipSync(text)), gzipped(TSV))).toEqual(WHOLE);
  });

  test('from newline-delimited JSON', async ({ write }) => {
    expect(await inspect(await write(NDJSON_TEXT), NDJSON)).toEqual(WHOLE);
    const packed = await write(gzipSync(`\n${NDJSON_TEXT.replaceAll('\n', '\r\n')}`));
    expect(await inspect(packed, gzipped(NDJSON))).toEqual(WHOLE);
  });

  test('from Parquet', async ({ parquet }) => {
    const file = await parquet(`SELECT * FROM (VALUES
      (1.0::DOUBLE, true, DATE '2024-02-01', 'a,b'), (2, false, '2024-03-01', 'c'), ('NaN', true, '2024-01-01', ''))
      t(n, flag, day, text)`);
    expect(await inspect(file, PARQUET)).toEqual(WHOLE);
  });

  test('from a gzip file of several members', async ({ write }) => {
    const [head, ...rest] = delimited(',').split(/(?<=\n)/);
    const file = await write(Buffer.concat([gzipSync(head!), gzipSync(rest.join(''))]));
    expect(await inspect(file, gzipped(CSV))).toEqual(WHOLE);
  });
});

describe('tells a column by its content', () => {
  test.for([
    ['codes with leading zeros', ['007', '042'], 'string'],
    ['ids too long for a double', ['12345678901234567890', '1'], 'string'],
    ['numbers beyond every double', ['1e999', '1'], 'string'],
    ['underscored numbers', ['1_000', '2_000'], 'string'],
    ['infinities', ['inf', '1'], 'string'],
    ['yes and no', ['yes', 'no'], 'string'],
    ['booleans and numbers', ['true', '1'], 'string'],
    ['days that no calendar has', ['2024-02-30', '2024-02-28'], 'string'],
    ['days of the other order', ['01.02.2024', '02.02.2024'], 'datetime'],
    ['spellings of booleans', ['True', 'FALSE'], 'boolean'],
    ['times with offsets', ['2024-01-01T10:00:00+02:00', '2024-01-01'], 'datetime'],
    ['every notation of numbers', ['1', '-2.5e-3', '.5', '5.', ' 7 '], 'number'],
    ['nothing at all', ['', 'NA', 'null'], 'number'],
  ] as const)('%s', async ([, values, type], { write }) => {
    const csv = await inspect(await write(`x,y\n${values.map((v) => `${v},1\n`).join('')}`), CSV);
    expect(csv.columns[0]).toMatchObject({ type });
    const lines = values.map((x) => `${JSON.stringify({ x, y: 1 })}\n`).join('');
    expect((await inspect(await write(lines), NDJSON)).columns[0]).toMatchObject({ type });
  });

  test('JSON numbers are numbers, however many digits they have', async ({ write }) => {
    const file = await write('{"x":12345678901234567890}\n{"x":1e20}\n');
    expect((await inspect(file, NDJSON)).columns[0]).toMatchObject({ type: 'number', max: 1e20 });
  });

  test('Parquet says itself what its columns are', async ({ parquet }) => {
    const file = await parquet(`SELECT 1::UTINYINT AS int, 1.25::DECIMAL(9,2) AS decimal, '7' AS text,
      9007199254740993::BIGINT AS id, 5::BIGINT AS count, TIMESTAMP '2024-01-01 10:00:00' AS at, uuid() AS uuid`);
    const { columns } = await inspect(file, PARQUET);
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['int', 'number'],
      ['decimal', 'number'],
      ['text', 'string'],
      ['id', 'string'],
      ['count', 'number'],
      ['at', 'datetime'],
      ['uuid', 'string'],
    ]);
    expect(columns[3]).toMatchObject({ min: '9007199254740993' });
  });

  test('infinities of a Parquet column are missing values', async ({ parquet }) => {
    const file = await parquet(`SELECT unnest(['Infinity'::DOUBLE, 'NaN', NULL, 4]) AS x`);
    expect((await inspect(file, PARQUET)).columns).toEqual([
      { name: 'x', type: 'number', missing: 3, distinct: 1, min: 4, max: 4, mean: 4 },
    ]);
  });

  test('times are compared as times, and shown as they stand in the file', async ({ write }) => {
    const file = await write(
      't\n2024-01-01T10:00:00+09:00\n2024-01-01T02:00:00Z\n2023-12-31T22:00:00-05:00\n',
    );
    expect((await inspect(file, CSV)).columns[0]).toMatchObject({
      min: '2024-01-01T10:00:00+09:00',
      max: '2023-12-31T22:00:00-05:00',
    });
  });

  test('long texts are cut in the profile', async ({ write }) => {
    const file = await write(`t,n\n${'é'.repeat(5000)},1\n`);
    expect((await inspect(file, CSV)).columns[0]).toMatchObject({ min: 'é'.repeat(200) });
  });
});

describe('refuses as malformed, with the line', () => {
  test.for([
    ['a row too long', 'a,b\n1,2\n1,2,3\n', 'Line 3: 3 fields where the header has 2.'],
    ['a row too short', 'a,b\n1\n', 'Line 2: 1 field where the header has 2.'],
    ['a delimiter too many', 'a,b\n1,2,\n', 'Line 2: 3 fields where the header has 2.'],
    [
      'one behind a line that says what parts them',
      'sep=;\na;b\n1;2;\n',
      'Line 3: 3 fields where the header has 2.',
    ],
    [
      'other line ends than that line',
      'sep=;\r\na;b\n1;2\n',
      'Line 2: ends with LF, the lines before it with CR LF',
    ],
    [
      'a row too long behind a quoted line end',
      'a,b\n"x\ny",2\n1\n',
      'Line 4: 1 field where the header has 2.',
    ],
    ['a quote never closed', 'a,b\n1,2\n3,"x\n4,5\n', 'Line 3, column "b": a quoted field is never closed.'],
    ['text behind a quote', 'a,b\n"x"y,2\n', 'Line 2, column "a": text stands behind a closing quote'],
    [
      'a space before a quote',
      'a,b\n1, "x"\n',
      'Line 2, column "b": a space stands before an opening quote.',
    ],
    ['a carriage return alone', 'a,b\n1\r2,3\n', 'Line 2, column "a": a carriage return'],
    ['old Macintosh line ends', 'a,b\r1,2\r3,4\r', 'Line 1: a carriage return'],
    [
      'mixed line ends',
      'a,b\r\n1,2\r\n3,4\n',
      'Line 3, column "b": ends with LF, the lines before it with CR LF',
    ],
    ['a NUL byte', 'a,b\n1,2\n1,\0\n', 'Line 3: a NUL byte.'],
    ['Latin-1', Buffer.from('a,b\n1,2\n\xe9,2\n', 'latin1'), 'Line 3: not UTF-8 text.'],
    ['half a character at the end', Buffer.from('a,b\n1,2\n1,\xf0\x9f', 'latin1'), 'Line 3: not UTF-8 text.'],
    ['a line of more than a megabyte', `a,b\n1,2\n${'x'.repeat(MAX_LINE_BYTES)},1\n`, 'Line 3, column'],
    [
      'an endless quote',
      `a,b\n1,"${'x\n'.repeat(MAX_LINE_BYTES)}`,
      'Line 2, column "b": a quoted field is not closed',
    ],
  ] as const)('%s in csv', async ([, content, start], { write }) => {
    const message = await refusal(inspect(await write(content), CSV), 'bad_format');
    expect(message.slice(0, start.length)).toBe(start);
    expect(await refusal(inspect(await write(gzipSync(content)), gzipped(CSV)), 'bad_format')).toBe(message);
  });

  test.for([
    ['no JSON', '{"a":1}\n{"a":\n', 'Line 2: not valid JSON.'],
    ['a number that JSON does not know', '{"a":NaN}\n', 'Line 1: not valid JSON.'],
    ['two objects in a line', '{"a":1}{"a":2}\n', 'Line 1: not valid JSON.'],
    ['an array', '{"a":1}\n[1]\n', 'Line 2: not a JSON object.'],
    ['a number', '{"a":1}\n\n1\n', 'Line 3: not a JSON object.'],
    ['a nested object', '{"a":1}\n{"a":{"b":1}}\n', 'Line 2: the value of "a" is nested'],
    ['a nested array', '{"a":1,"b":[]}\n', 'Line 1: the value of "b" is nested'],
    ['a NUL byte', '{"a":1}\n{"a":"\0"}\n', 'Line 2: a NUL byte.'],
    ['Latin-1', Buffer.from('{"a":"\xe9"}\n', 'latin1'), 'Line 1: not UTF-8 text.'],
    ['a line of more than a megabyte', `{"a":"${'x'.repeat(MAX_LINE_BYTES)}"}\n`, 'Line 1: longer than'],
    ['a name twice in one object', '{"a":1}\n{"a":1,"a":2}\n', 'An object holds the same name twice.'],
  ] as const)('%s in newline-delimited JSON', async ([, content, start], { write }) => {
    const message = await refusal(inspect(await write(content), NDJSON), 'bad_format');
    expect(message.slice(0, start.length)).toBe(start);
  });

  test('a line of exactly a megabyte is read', async ({ write }) => {
    const long = 'x'.repeat(MAX_LINE_BYTES - 3);
    const { columns } = await inspect(await write(`a,b\n${long},1\n${long},2\n`), CSV);
    expect(columns[1]).toMatchObject({ max: 2 });
  });

  test('a gzip file that is cut off, damaged or followed by something else', async ({ write }) => {
    const packed = gzipSync(delimited(','));
    const cut = await refusal(inspect(await write(packed.subarray(0, -9)), gzipped(CSV)), 'bad_format');
    expect(cut).toContain('cut off');
    const flipped = Buffer.from(packed);
    flipped[packed.length - 6]! ^= 1; // within the checksum: every byte decompresses well
    await refusal(inspect(await write(flipped), gzipped(CSV)), 'bad_format');
    await refusal(
      inspect(await write(Buffer.concat([packed, Buffer.from('rest')])), gzipped(CSV)),
      'bad_format',
    );
  });

  test('a Parquet file with nested columns, with bytes, or cut off', async ({
    parquet,
    write,
    directory,
  }) => {
    const nested = await refusal(
      inspect(await parquet('SELECT [1, 2] AS list, 1 AS x'), PARQUET),
      'bad_format',
    );
    expect(nested).toBe('Column "list" is of a type that cannot be read: INTEGER[].');
    await refusal(inspect(await parquet(`SELECT '\\xFF\\x00'::BLOB AS bytes`), PARQUET), 'bad_format');
    for (const content of ['PAR1', 'PAR1 and nothing else PAR1']) {
      const message = await refusal(inspect(await write(content), PARQUET), 'bad_format');
      expect(message).not.toContain(directory);
    }
  });
});

describe('refuses for its header', () => {
  test.for([
    ['a name missing', 'a,,c\n1,2,3\n', 'Column 2 has no name.'],
    ['a name of spaces', 'a,"  "\n1,2\n', 'Column 2 has no name.'],
    ['a delimiter at its end', 'a,b,\n1,2,\n', 'Column 3 has no name.'],
    ['a blank first line', '\na,b\n1,2\n', 'Column 1 has no name.'],
    [
      'too many columns',
      `${Array.from({ length: 5000 }, (_, i) => `c${i}`).join()}\n`,
      'The table has more than 4096',
    ],
    ['a name too long', `a,${'b'.repeat(300)}\n1,2\n`, 'The name of column 2 is longer than 256 characters.'],
  ] as const)('%s', async ([, text, start], { write }) => {
    const message = await refusal(inspect(await write(text), CSV), 'bad_header');
    expect(message.slice(0, start.length)).toBe(start);
  });

  test.for([
    ['an empty name', '{"a":1,"":2}\n', 'Column 2 has no name.'],
    ['no name at all', '{}\n{}\n', 'The table has no columns.'],
    ['names that only differ in case', '{"id":1}\n{"ID":2}\n', 'Columns 1 and 2 have the same name'],
    [
      'too many names over the lines',
      Array.from({ length: 5000 }, (_, i) => `{"c${i}":1}\n`).join(''),
      'The table has more than 4096 columns.',
    ],
  ] as const)('%s in newline-delimited JSON', async ([, text, start], { write }) => {
    const message = await refusal(inspect(await write(text), NDJSON), 'bad_header');
    expect(message.slice(0, start.length)).toBe(start);
  });

  test('names that only differ in case are two columns of a csv', async ({ write }) => {
    const { columns } = await inspect(await write('t,T\n1,2\n'), CSV);
    expect(columns).toMatchObject([
      { name: 't', max: 1 },
      { name: 'T', max: 2 },
    ]);
  });
});

describe('refuses for its size', () => {
  test.for([
    ['', CSV],
    [' \n\n', CSV],
    ['', NDJSON],
    ['\n \n', NDJSON],
  ] as const)('%j as empty', async ([text, type], { write }) => {
    await refusal(inspect(await write(text), type), 'empty');
    await refusal(inspect(await write(gzipSync(text)), gzipped(type)), 'empty');
  });

  test('too few rows, which a header alone has too', async ({ write, parquet }) => {
    const limits = { minRows: 3 };
    expect(await refusal(inspect(await write('a,b\n'), CSV, limits), 'too_few_rows')).toContain('0 rows');
    await refusal(inspect(await write('a,b\n1,2\n3,4\n'), CSV, limits), 'too_few_rows');
    await refusal(inspect(await write('{"a":1}\n'), NDJSON, limits), 'too_few_rows');
    await refusal(inspect(await parquet('SELECT 1 AS a WHERE false'), PARQUET, limits), 'too_few_rows');
    await expect(inspect(await write('a,b\n1,2\n3,4\n5,6'), CSV, limits)).resolves.toMatchObject({ rows: 3 });
  });

  test('too many empty cells, counted over the whole table; exactly as many as allowed pass', async ({
    write,
    parquet,
  }) => {
    const half = 'a,b\n1,\nNA,2\n';
    await expect(inspect(await write(half), CSV, { maxEmptyRatio: 0.5 })).resolves.toMatchObject({ rows: 2 });
    const message = await refusal(
      inspect(await write(`${half},\n`), CSV, { maxEmptyRatio: 0.5 }),
      'too_many_empty',
    );
    expect(message).toBe('66.7 % of the cells are empty; at most 50 % may be.');
    await refusal(
      inspect(await write('{"a":1}\n{"b":null}\n'), NDJSON, { maxEmptyRatio: 0.7 }),
      'too_many_empty',
    );
    const file = await parquet(`SELECT unnest([1, NULL, NULL]) AS a`);
    await refusal(inspect(file, PARQUET, { maxEmptyRatio: 0.5 }), 'too_many_empty');
  });

  test('more bytes than allowed, decompressed', async ({ write }) => {
    const text = 'a,b\n1,2\n3,4\n';
    await refusal(inspect(await write(text), CSV, { maxBytes: 11 }), 'too_large');
    await refusal(inspect(await write(gzipSync(text)), gzipped(CSV), { maxBytes: 11 }), 'too_large');
    await expect(inspect(await write(text), CSV, { maxBytes: 12 })).resolves.toMatchObject({ rows: 2 });
  });

  test('a Parquet file of a few bytes that stands for billions of rows', async ({ parquet }) => {
    const file = await parquet('SELECT 1::UTINYINT AS a, 1::UTINYINT AS b FROM range(2000000)');
    await refusal(inspect(file, PARQUET, { maxBytes: 3_000_000 }), 'too_large');
  });
});
