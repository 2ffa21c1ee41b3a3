import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { detectFileType } from '../../../src/domain/table/file-type.ts';
import { plainTable } from '../../../src/domain/table/plain/plain-table.ts';
import { workbook, zip } from '../../support/workbook.ts';
import { NO_LIMITS, refusal, test } from './files.ts';

const CSV_TEXT = 'größe,ort\n1,Köln\n2,Zürich – West\n';
const UTF16 = Buffer.from(`\u{feff}${CSV_TEXT}`, 'utf16le');
const BIG_ENDIAN = Buffer.from(UTF16).swap16();
// – is 0x96 in Windows-1252, and no letter in Latin-1.
const WINDOWS = Buffer.from(CSV_TEXT.replace('–', '\x96'), 'latin1');

describe('a text in another encoding is found out and read as UTF-8', () => {
  test.for([
    ['utf-16le', UTF16],
    ['utf-16be', BIG_ENDIAN],
    ['windows-1252', WINDOWS],
  ] as const)('%s', async ([encoding, bytes], { write, directory }) => {
    for (const [content, compression] of [
      [bytes, 'none'],
      [gzipSync(bytes), 'gzip'],
    ] as const) {
      const fileType = detectFileType(content, 'x.csv');
      expect(fileType).toEqual({ format: 'csv', compression, encoding });
      const room = join(directory, compression);
      const plain = await plainTable({ path: await write(content), fileType }, room, NO_LIMITS.maxBytes);
      expect(await readFile(plain.path, 'utf8')).toBe(CSV_TEXT);
      expect(plain).toMatchObject({
        fileType: { format: 'csv', compression: 'none' },
        warnings: [{ code: 'converted', message: expect.stringContaining(encoding) }],
      });
    }
  });

  test('UTF-8 stays as it is, where it is, also when a character is cut in two', async ({ write }) => {
    const text = Buffer.from(CSV_TEXT.repeat(3000)).subarray(0, 65_536);
    for (let end = text.length - 4; end < text.length; end++)
      expect(detectFileType(text.subarray(0, end), 'x.csv')).toEqual({ format: 'csv', compression: 'none' });
    const path = await write(text);
    const plain = await plainTable({ path, fileType: detectFileType(text, 'x.csv') }, undefined, 1);
    expect(plain).toMatchObject({ path, warnings: [] });
  });

  test('a text that is UTF-8 in one place and not in another is damaged, not of another encoding', () => {
    const damaged = Buffer.concat([Buffer.from(CSV_TEXT), Buffer.from([0xe9, 0x0a])]);
    expect(detectFileType(damaged, 'x.csv')).toEqual({ format: 'csv', compression: 'none' });
  });

  test('half a character of UTF-16 is refused', async ({ write, directory }) => {
    const content = UTF16.subarray(0, UTF16.length - 1);
    const fileType = detectFileType(content, 'x.csv');
    await refusal(plainTable({ path: await write(content), fileType }, directory, 1000), 'bad_format');
  });
});

describe('a JSON array is read as its elements, a line each', () => {
  const lines = async (
    write: (content: string) => Promise<string>,
    directory: string,
    text: string,
  ): Promise<string[]> => {
    const fileType = detectFileType(Buffer.from(text), 'x.json');
    expect(fileType.format).toBe('json');
    const room = join(directory, crypto.randomUUID());
    const plain = await plainTable({ path: await write(text), fileType }, room, NO_LIMITS.maxBytes);
    expect(plain.fileType.format).toBe('ndjson');
    return (await readFile(plain.path, 'utf8'))
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  };

  test('however it is written', async ({ write, directory }) => {
    const rows = [{ a: 1, b: 'x],{"y\\"' }, { a: null, b: '\n\u{2028}"' }, { a: [1, { b: 2 }] }];
    for (const text of [
      JSON.stringify(rows),
      JSON.stringify(rows, undefined, 2),
      `\u{feff}  ${JSON.stringify(rows, undefined, '\t').replaceAll('\n', '\r\n')}\n\n`,
    ])
      expect((await lines(write, directory, text)).map((line) => JSON.parse(line))).toEqual(rows);
  });

  test('also from pieces that end anywhere', async ({ write, directory }) => {
    const rows = Array.from({ length: 40_000 }, (_, i) => ({ i, text: `"${i}", [\\` }));
    expect(await lines(write, directory, JSON.stringify(rows))).toHaveLength(rows.length);
  });

  test('and refused when it is cut off or goes on behind its end', async ({ write, directory }) => {
    for (const text of ['[{"a":1},{"a":2}', '[{"a":1}] 7', '[{"a":"]'])
      await refusal(lines(write, directory, text), 'bad_format');
  });
});

describe('of an Excel workbook the first sheet is read', () => {
  const ROWS = [
    ['name', 'price', 'sold', 'day', 'at'],
    ['a "b", c', 1.5, true, new Date('2024-02-29T00:00:00Z'), new Date('2024-02-29T12:30:00Z')],
    ['=1\nü', -2, false, null, null],
  ];

  test('as what its cells are', async ({ write, directory }) => {
    const content = workbook({ Prices: ROWS, Notes: [['x']] });
    const fileType = detectFileType(content, 'prices.xlsx');
    expect(fileType).toEqual({ format: 'xlsx', compression: 'none' });
    const plain = await plainTable({ path: await write(content), fileType }, join(directory, 'room'), 1e6);
    expect(await readFile(plain.path, 'utf8')).toBe(
      [
        '"name","price","sold","day","at"',
        '"a ""b"", c",1.5,true,2024-02-29,2024-02-29T12:30:00.000Z',
        '"=1\nü",-2,false,,',
        '',
      ].join('\n'),
    );
    expect(plain).toMatchObject({
      fileType: { format: 'csv', compression: 'none' },
      warnings: [{ code: 'first_sheet', message: 'Only the first of 2 sheets is read, "Prices".' }],
    });
  });

  test('and it is refused when it is damaged, empty, or grows too large', async ({ write, directory }) => {
    const fileType = { format: 'xlsx', compression: 'none' } as const;
    const read = async (content: Buffer, maxBytes = 1e6) =>
      plainTable({ path: await write(content), fileType }, join(directory, crypto.randomUUID()), maxBytes);
    const content = workbook({ Prices: ROWS });
    await refusal(read(content.subarray(0, 900)), 'bad_format');
    await refusal(read(zip({ 'xl/workbook.xml': 'x' })), 'bad_format');
    await refusal(read(workbook({ Empty: [] })), 'empty');
    await refusal(read(content, 50), 'too_large');
  });

  test('another archive is none', () => {
    expect(() => detectFileType(zip({ 'a.csv': CSV_TEXT }), 'a.xlsx')).toThrow('a ZIP archive');
  });
});
