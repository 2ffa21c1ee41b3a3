import { expect } from 'vitest';
import { DIALECT_BYTES, readDialect } from '../../../src/domain/table/csv-dialect.ts';
import { CsvScanner, type ProfiledScan } from '../../../src/domain/table/csv-scan.ts';
import { NdjsonScanner } from '../../../src/domain/table/ndjson-scan.ts';
import type { RowSample } from '../../../src/domain/table/row-sampler.ts';
import { TextCheck, type TextScan } from '../../../src/domain/table/text-scan.ts';
import { refusal, seeded, test } from './files.ts';

/** What the scan finds in a text that arrives in pieces of these lengths in turn. */
function scan(
  text: Buffer,
  makeScanner: () => CsvScanner | NdjsonScanner,
  lengths: readonly number[],
): Omit<TextScan, 'sampled'> & Partial<Pick<ProfiledScan, 'spoiled'>> & { readonly sample: RowSample } {
  const scanner = makeScanner();
  const check = new TextCheck();
  for (let at = 0, i = 0; at < text.length; i++) {
    const piece = text.subarray(at, at + lengths[i % lengths.length]!);
    check.check(piece, scanner.line);
    scanner.push(piece);
    at += piece.length;
  }
  check.end(scanner.line);
  if (scanner instanceof NdjsonScanner) {
    const { sampled, ...found } = scanner.end();
    return { ...found, sample: sampled() };
  }
  const { rows, columns, spoiled, sampled } = scanner.end();
  // How a text is cut shows in the stretches for the second opinion.
  return { rows, columns, spoiled, sample: sampled() };
}

const csv = (text: Buffer) => () => new CsvScanner(readDialect(text, 'csv'));

test('where a csv is cut into pieces makes no difference', () => {
  const text = Buffer.from(
    'id,"name, full",when,big\r\n1,"a ""b""\r\nc",2024-01-31T10:00:00Z,12345678901234567\r\n' +
      '2,é😀,NA,1\r\n\r\n003,"",2024-02-01,"9007199254740991"\r\n',
  );
  const whole = scan(text, csv(text), [text.length]);
  const late = { distinct: expect.any(Number), min: expect.anything(), max: expect.anything() };
  const figures = { distinct: 2, min: 'a "b"\r\nc', max: 'é😀', mean: null };
  const times = { distinct: 2, min: '2024-01-31T10:00:00Z', max: '2024-02-01', mean: null };
  const ids = { distinct: 3, min: '1', max: '9007199254740991', mean: null };
  expect(whole).toEqual({
    rows: 3,
    columns: [
      { name: 'id', type: 'string', missing: 0, mean: null, ...late },
      { name: 'name, full', type: 'string', missing: 1, ...figures },
      { name: 'when', type: 'datetime', missing: 1, ...times },
      { name: 'big', type: 'string', missing: 0, ...ids },
    ],
    // Numbers at first: `003` is none.
    spoiled: [0],
    sample: {
      rows: 3,
      cells: new Map([
        ['id', ['1', '2', '003']],
        ['name, full', ['a "b"\r\nc', 'é😀', null]],
        ['when', ['2024-01-31T10:00:00Z', null, '2024-02-01']],
        ['big', ['12345678901234567', '1', '9007199254740991']],
      ]),
    },
  });
  for (const lengths of [[1], [2], [3], [7], [1, 2, 5], [64, 1]])
    expect(scan(text, csv(text), lengths)).toEqual(whole);
});

test('where newline-delimited JSON is cut into pieces makes no difference', () => {
  const text = Buffer.from('{"a":1,"é😀":"x"}\n\n{"b":null,"a":"2"}\r\n{}');
  const make = () => new NdjsonScanner();
  const whole = scan(text, make, [text.length]);
  expect(whole).toEqual({
    rows: 3,
    columns: [
      { name: 'a', type: 'number', missing: 1 },
      { name: 'é😀', type: 'string', missing: 2 },
      { name: 'b', type: 'number', missing: 3 },
    ],
    sample: {
      rows: 3,
      cells: new Map([
        ['a', ['1', '2', null]],
        ['é😀', ['x', null, null]],
        ['b', [null, null, null]],
      ]),
    },
  });
  for (const lengths of [[1], [2], [3], [11]]) expect(scan(text, make, lengths)).toEqual(whole);
});

test('a random text is refused in the same words however it is cut', () => {
  const { pick, below } = seeded(3);
  const atoms = ['1', '"', '""', ',', '\n', '\r\n', '\r', ' ', 'x', 'é', '"a"', 'NA'];
  let refused = 0;
  for (let i = 0; i < 2000; i++) {
    const text = Buffer.from(`a,b\n${Array.from({ length: below(12) }, () => pick(atoms)).join('')}`);
    const attempt = (lengths: readonly number[]) => {
      try {
        return scan(text, csv(text), lengths);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const whole = attempt([text.length]);
    if (typeof whole === 'string') refused++;
    expect(attempt([1]), JSON.stringify(text.toString())).toEqual(whole);
    expect(attempt([2, 3])).toEqual(whole);
  }
  expect(refused).toBeGreaterThan(200);
});

test.for([
  ['a,b;c\n1,2;3\n', ','],
  ['a;b,c;d\n1;2,5;3\n4;5;6\n', ';'],
  ['a\tb\n1\t2\n', '\t'],
  ['a|b|c\n1|2|3\n', '|'],
  ['"a;b",c\n"1;2",3\n', ','],
  ['"x\n,,,y";b\n1;2\n', ';'],
  ['alone\n1\n', ','],
  ['price;name\n1,5;x\n2,5;y\n', ';'],
  ['a,b', ','],
] as const)('the delimiter of %j is %j', ([text, delimiter]) => {
  expect(readDialect(Buffer.from(text), 'csv').delimiter).toBe(delimiter);
});

test('a tsv is cut at tabs even where commas are more even', () => {
  const { names } = readDialect(Buffer.from('a,b\tc\n1,2\t3\n'), 'tsv');
  expect(names).toEqual(['a,b', 'c']);
});

test('spaces around names and a byte order mark are no part of them', () => {
  const { names } = readDialect(Buffer.from('\u{feff}a ,"b ""c""",  d\n1,2,3\n'), 'csv');
  expect(names).toEqual(['a', 'b "c"', 'd']);
});

test('a header that does not end is refused without reading on', async () => {
  const endless = Buffer.alloc(DIALECT_BYTES, 'x');
  await refusal(
    Promise.try(() => readDialect(endless, 'csv')),
    'bad_format',
  );
});
