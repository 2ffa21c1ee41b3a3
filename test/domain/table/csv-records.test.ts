import { describe, expect, test } from 'vitest';
import { readDialect } from '../../../src/domain/table/csv-dialect.ts';
import { CsvRecords } from '../../../src/domain/table/csv-records.ts';

interface Row {
  readonly line: number;
  readonly cells: string[];
}

/** Reads `text` in pieces of `size` bytes. */
function read(text: string | Buffer, size = Number.POSITIVE_INFINITY): Row[] {
  const bytes = Buffer.from(text);
  const rows: Row[] = [];
  const records = new CsvRecords(readDialect(bytes, 'csv'), ({ bytes: of, starts, ends, doubled, line }) => {
    const cells = Array.from(starts, (start, i) => {
      const cell = of.toString('utf8', start, ends[i]);
      return doubled[i] ? cell.replaceAll('""', '"') : cell;
    });
    rows.push({ line, cells });
  });
  for (let i = 0; i < bytes.length; i += size) records.push(bytes.subarray(i, i + size));
  records.end();
  return rows;
}

const TEXT = [
  'a,b,ü\r\n1,"two, ""2""\r\nand more",3\r\n,,""\r\n\r\n"x",Ünïcode 🦆,last',
  'a;b\n1;2\n3;4\n',
  'one\n1\n\n"3"\n',
  'a,b\n1,plain "quotes" within\n',
];
const CELLS: Row[][] = [
  [
    { line: 2, cells: ['1', 'two, "2"\r\nand more', '3'] },
    { line: 4, cells: ['', '', ''] },
    { line: 6, cells: ['x', 'Ünïcode 🦆', 'last'] },
  ],
  [
    { line: 2, cells: ['1', '2'] },
    { line: 3, cells: ['3', '4'] },
  ],
  [
    { line: 2, cells: ['1'] },
    { line: 3, cells: [''] },
    { line: 4, cells: ['3'] },
  ],
  [{ line: 2, cells: ['1', 'plain "quotes" within'] }],
];

test.each(TEXT.map((text, i) => [text, CELLS[i]!] as const))(
  'records are cut alike wherever the pieces end: %j',
  (text, rows) => {
    for (const size of [1, 2, 3, 5, 7, 1000]) expect(read(text, size)).toEqual(rows);
  },
);

describe('refuses', () => {
  test.each([
    ['a,b\n1,2\n1,2,3\n', 'Line 3: 3 fields where the header has 2.'],
    ['a,b\n1\n', 'Line 2: 1 field where the header has 2.'],
    ['a,b\n1,"2', 'Line 2: a quoted field is never closed.'],
    ['a,b\n1,"2"x\n', 'Line 2: text stands behind a closing quote (quotes within a field must be doubled).'],
    ['a,b\n1,2\r3,4\n', 'Line 2: a carriage return without a line feed behind it.'],
    ['a,b\n1,\0\n', 'Line 2: a NUL byte.'],
    [Buffer.from('a,b\n1,\xff\n', 'latin1'), 'not UTF-8'],
  ])('%j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  test('a record longer than a line may be', () => {
    expect(() => read(`a,b\n1,"${'x'.repeat(3 << 20)}"\n`, 65_536)).toThrow('longer than');
  });
});
