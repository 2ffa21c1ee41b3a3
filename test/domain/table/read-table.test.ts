import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Column, Table } from '#tabular';
import { kindOf, MISSING } from '../../../src/domain/table/cell.ts';
import { readTable } from '../../../src/domain/table/read-table.ts';
import type { PlainFileType } from '../../../src/vocabulary/tables.ts';
import { CSV, gzipped, inspect, NDJSON, PARQUET, refusal, seeded, TSV, test } from './files.ts';

/** Inspects a file and reads all its columns, as training does. */
async function read(
  file: string,
  fileType: PlainFileType,
  asCategory: readonly string[] = [],
): Promise<Table> {
  const { columns } = await inspect(file, fileType);
  return readTable({ path: file, fileType, columns, asCategory, memoryLimitMb: 256 });
}

/** A column as a list of what each row holds. */
function cellsOf(column: Column | undefined): (number | string | null)[] {
  if (column?.kind === 'number') return [...column.values];
  return [...(column?.codes ?? [])].map((code) => (code < 0 ? null : column!.labels[code]!));
}

const LINES = [
  ['n', 'flag', 'at', 'text', 'class'],
  ['1.5', 'true', '1970-01-01T00:00:01.5Z', '"a,b"', '1'],
  ['NA', 'false', '', 'é😀', '0'],
  ['-2e3', '', '1970-01-02', '', '1'],
];
const EXPECTED: Table = {
  rows: 3,
  columns: [
    { kind: 'number', name: 'n', values: Float64Array.of(1.5, Number.NaN, -2000) },
    { kind: 'category', name: 'flag', codes: Int32Array.of(0, 1, -1), labels: ['true', 'false'] },
    { kind: 'number', name: 'at', values: Float64Array.of(1500, Number.NaN, 86_400_000) },
    { kind: 'category', name: 'text', codes: Int32Array.of(0, 1, -1), labels: ['a,b', 'é😀'] },
    { kind: 'category', name: 'class', codes: Int32Array.of(0, 1, 0), labels: ['1', '0'] },
  ],
};
const delimited = (delimiter: string, end = '\n') => LINES.map((cells) => cells.join(delimiter)).join(end);

test.for([
  ['csv', CSV, delimited(',')],
  ['csv with CR LF and a byte order mark', CSV, `\u{feff}${delimited(',', '\r\n')}`],
  ['csv with semicolons', CSV, delimited(';')],
  ['tsv', TSV, delimited('\t')],
  [
    'newline-delimited JSON',
    NDJSON,
    '{"n":1.5,"flag":true,"at":"1970-01-01T00:00:01.5Z","text":"a,b","class":1}\n' +
      '{"flag":false,"text":"é😀","class":"0"}\n{"class":1,"n":"-2e3","at":"1970-01-02","text":null,"flag":null}\n',
  ],
] as const)('reads numbers, times and labels from %s', async ([, type, text], { write }) => {
  expect(await read(await write(text), type, ['class'])).toEqual(EXPECTED);
  expect(await read(await write(gzipSync(text)), gzipped(type), ['class'])).toEqual(EXPECTED);
});

test('a label is read whole, also one that begins as a file may', async ({ write }) => {
  const table = await read(await write('a,b\n\u{feff}x,1\nx,1\n'), CSV);
  expect(cellsOf(table.columns[0])).toEqual(['\u{feff}x', 'x']);
});

test('reads numbers, times and labels from Parquet', async ({ parquet }) => {
  const file = await parquet(`SELECT * FROM (VALUES
    (1.5::DOUBLE, true, TIMESTAMP '1970-01-01 00:00:01.5', 'a,b', 1::TINYINT),
    ('NaN', false, NULL, 'é😀', 0), (-2000, NULL, '1970-01-02', 'NA', 1)) t(n, flag, "at", text, class)`);
  expect(await read(file, PARQUET, ['class'])).toEqual(EXPECTED);
});

test('labels of a numeric target stand as in the file', async ({ write, parquet }) => {
  const labels = async (file: string, type: PlainFileType) =>
    cellsOf((await read(file, type, ['y'])).columns[1]);
  expect(await labels(await write('x,y\n1,0\n2,1.0\n3,1\n4,1e0\n5,NA\n'), CSV)).toEqual([
    '0',
    '1.0',
    '1',
    '1e0',
    null,
  ]);
  expect(await labels(await write('{"x":1,"y":0}\n{"x":1,"y":1.0}\n{"x":2,"y":"01"}\n'), NDJSON)).toEqual([
    '0',
    '1.0',
    '01',
  ]);
  const file = await parquet(`SELECT unnest([1, 2, 3]) AS x, unnest([0::DOUBLE, 1, 'NaN']) AS y`);
  expect(await labels(file, PARQUET)).toEqual(['0.0', '1.0', null]);
});

test('only the columns asked for are read, in the order asked for', async ({ write }) => {
  const file = await write('a,b,c\n1,x,3\n2,y,4\n');
  const columns = [
    { name: 'c', type: 'number' as const },
    { name: 'b', type: 'string' as const },
  ];
  const table = await readTable({ path: file, fileType: CSV, columns, memoryLimitMb: 256 });
  expect(table.columns.map(({ name }) => name)).toEqual(['c', 'b']);
  expect(table.columns.map(cellsOf)).toEqual([
    [3, 4],
    ['x', 'y'],
  ]);
});

test('a column that the file lacks is named', async ({ write, parquet }) => {
  const columns = [{ name: 'nope', type: 'number' as const }];
  for (const [path, fileType] of [
    [await write('a,b\n1,2\n'), CSV],
    [await parquet('SELECT 1 AS a'), PARQUET],
  ] as const) {
    const message = await refusal(
      readTable({ path, fileType, columns, memoryLimitMb: 256 }),
      'unusable_data',
    );
    expect(message).toBe('The file has no column "nope".');
  }
});

test('a file that is no longer what was inspected is refused without a word of its content', async ({
  write,
}) => {
  const options = { fileType: CSV, columns: [{ name: 'a', type: 'number' as const }], memoryLimitMb: 256 };
  const message = await refusal(
    readTable({ ...options, path: await write('a,b\nsecret,2\n') }),
    'bad_format',
  );
  expect(message).not.toContain('secret');
});

test('a file with other rows than were counted is refused', async ({ write }) => {
  const options = { fileType: CSV, columns: [{ name: 'a', type: 'number' as const }], memoryLimitMb: 256 };
  const path = await write('a,b\n1,2\n3,4\n');
  await expect(readTable({ ...options, path, rows: 2 })).resolves.toMatchObject({ rows: 2 });
  await refusal(readTable({ ...options, path, rows: 1 }), 'bad_format');
  await refusal(readTable({ ...options, path, rows: 3 }), 'bad_format');
});

test('what was written is what is read, whatever the cells', async ({ write }) => {
  const { pick, below, random } = seeded(11);
  const numbers = () => pick([String((random() - 0.5) * 10 ** (below(60) - 30)), String(below(1000)), '']);
  const texts = () =>
    pick([
      '',
      'NA',
      'a',
      '__proto__',
      'constructor',
      '😀',
      'x'.repeat(below(40)),
      `"q"`,
      'l\nf',
      `${below(500)}k`,
    ]);
  const rows = Array.from({ length: 5000 }, () => [numbers(), texts(), numbers(), texts()] as const);
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const text = ['a,b,c,d', ...rows.map((cells) => cells.map(quote).join(','))].join('\n');
  const table = await read(await write(text), CSV);
  const isMissing = (cell: string) => kindOf(cell) === MISSING;
  expect(table.rows).toBe(rows.length);
  for (const [i, column] of table.columns.entries()) {
    const cells = rows.map((row) => row[i]!);
    expect(cellsOf(column)).toEqual(
      column.kind === 'number'
        ? cells.map((cell) => (isMissing(cell) ? Number.NaN : Number(cell)))
        : cells.map((cell) => (isMissing(cell) ? null : cell)),
    );
  }
});

test('rows keep the order of the file, however many threads read it', async ({ directory, parquet }) => {
  const rows = 1_200_000;
  const file = path.join(directory, 'long.csv');
  await writeFile(
    file,
    `i,text\n${Array.from({ length: rows }, (_, i) => `${i},label ${i % 100_000}\n`).join('')}`,
  );
  const expectInOrder = ({ rows: read, columns: [number, text] }: Table) => {
    expect(read).toBe(rows);
    if (number?.kind !== 'number' || text?.kind !== 'category') return expect.unreachable('unexpected kinds');
    expect(number.values.every((value, i) => value === i)).toBe(true);
    expect(text.labels).toHaveLength(100_000);
    expect(text.codes.every((code, i) => text.labels[code] === `label ${i % 100_000}`)).toBe(true);
  };
  const columns = [
    { name: 'i', type: 'number' as const },
    { name: 'text', type: 'string' as const },
  ];
  expectInOrder(await readTable({ path: file, fileType: CSV, columns, memoryLimitMb: 256 }));
  const copy = await parquet(`SELECT * FROM read_csv('${file}')`);
  expectInOrder(await readTable({ path: copy, fileType: PARQUET, columns, memoryLimitMb: 256 }));
});
