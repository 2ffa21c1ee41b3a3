import { describe, expect, test } from 'vitest';
import { readDialect } from '../../../src/domain/table/csv-dialect.ts';
import { CsvReader } from '../../../src/domain/table/csv-reader.ts';
import { MAX_LINE_BYTES } from '../../../src/domain/table/text-scan.ts';

interface Row {
  readonly line: number;
  readonly cells: string[];
}

/** Reads `text` in pieces of `size` bytes. */
function read(text: string | Buffer, size = Number.POSITIVE_INFINITY): Row[] {
  const bytes = Buffer.from(text);
  const { delimiter, names } = readDialect(bytes, 'csv');
  const reader = new CsvReader(delimiter, names);
  const rows: Row[] = [];
  const takeAll = () => {
    for (let record = reader.next(); record; record = reader.next()) {
      const { line } = record;
      rows.push({ line, cells: names.map((_, i) => record!.text(i)) });
    }
  };
  for (let i = 0; i < bytes.length; i += size) {
    // Overwritten afterwards: a piece is the reader's only until it has read what is in it.
    const piece = Buffer.from(bytes.subarray(i, i + size));
    reader.push(piece);
    takeAll();
    piece.fill(0);
  }
  reader.end();
  takeAll();
  return rows;
}

const TEXT = [
  '\u{feff}a,b,ü\r\n1,"two, ""2""\r\nand more",3\r\n,,""\r\n\r\n"x",Ünïcode 🦆,last',
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

describe('refuses in the same words wherever the pieces end', () => {
  test.each([
    ['a,b\n1,2\n1,2,3\n', 'Line 3: 3 fields where the header has 2.'],
    ['a,b\n1\n', 'Line 2: 1 field where the header has 2.'],
    ['a,b\n"1\n2"\n', 'Line 2: 1 field where the header has 2.'],
    ['a,b\n1,"2', 'Line 2, column "b": a quoted field is never closed.'],
    ['a,b\n1,"2\n3\n', 'Line 2, column "b": a quoted field is never closed.'],
    ['a,b\n1,"2"x\n', 'Line 2, column "b": text stands behind a closing quote'],
    ['a,b\n1,"2" \n', 'Line 2, column "b": text stands behind a closing quote'],
    ['a,b\n1, "2"\n', 'Line 2, column "b": a space stands before an opening quote.'],
    ['a, "b"\n1,2\n', 'Line 1: a space stands before an opening quote.'],
    ['a,"b\n1,2\n', 'Line 1: a quoted field is never closed.'],
    ['a;"b\n1;2\n', 'Line 1: a quoted field is never closed.'],
    ['a,b\n1,2\r3,4\n', 'Line 2, column "b": a carriage return without a line feed behind it.'],
    ['a,b\n1,2\r\n3,4\n', 'Line 2, column "b": ends with CR LF, the lines before it with LF'],
    ['a,b\r\n1,2\r\n\n3,4\r\n', 'Line 3, column "a": ends with LF, the lines before it with CR LF'],
  ])('%j', (text, message) => {
    for (const size of [1, 2, 3, 1000]) expect(() => read(text, size)).toThrow(message);
  });

  test('a record longer than a line may be, and none that is not', () => {
    const text = (length: number) => `a,b\n1,${'x'.repeat(length - 3)}\n`;
    for (const size of [65_536, 1 << 20]) {
      expect(read(text(MAX_LINE_BYTES), size)).toHaveLength(1);
      expect(() => read(text(MAX_LINE_BYTES + 1), size)).toThrow('Line 2, column "b": longer than');
      expect(() => read(`a,b\n1,"${'x'.repeat(3 << 20)}"\n`, size)).toThrow(
        'Line 2, column "b": a quoted field is not closed within',
      );
    }
  });

  test('a header longer than a line may be, and none that is not', () => {
    const header = (length: number) => `\u{feff}a,b${' '.repeat(length - 4)}\n`;
    expect(read(`${header(MAX_LINE_BYTES)}1,2\n`)).toHaveLength(1);
    expect(() => read(`${header(MAX_LINE_BYTES + 1)}1,2\n`)).toThrow('Line 1: longer than');
  });
});
