import { expect, test } from 'vitest';
import { parseNumber } from '#tabular';
import { CsvTables } from '../../../../src/domain/model/batch/csv-tables.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';

/** What a model is given of a column of numbers whose cells are written so. */
function read(texts: readonly string[]): number[] {
  const numbers: number[] = [];
  const model = { columns: [{ name: 'x', type: 'number' } as const], classes: null };
  using tables = new CsvTables(
    model,
    'csv',
    {},
    ({
      table: {
        columns: [column],
      },
    }) => {
      if (column?.kind === 'number') numbers.push(...column.values);
    },
  );
  const bytes = Buffer.from(`x,y\n${texts.map((text) => `${text},0\n`).join('')}`);
  // Pieces that end anywhere.
  for (let at = 0; at < bytes.length; at += 100_003) tables.push(bytes.subarray(at, at + 100_003));
  tables.end();
  return numbers;
}

/** Those that are read as another number than anywhere else, to the last bit. */
function wrong(texts: readonly string[], expected: (text: string) => number = Number): string[] {
  const numbers = read(texts);
  return texts.filter((text, i) => !Object.is(numbers[i], expected(text)));
}

test('a cell is the number it is anywhere else', () => {
  const texts = [
    ...['', '0', '-0', '+0', '1', '+1.5', '-2.5e3', '.5', '-.5', '5.', '5.e1', '00012.50', '007', '-007'],
    ...[' 7 ', '  -7.5', '"1.5"', '" 2 "', '\t3', 'NaN', 'nan', 'NA', 'null', 'None', '""', '1e22', '1e23'],
    ...['1E5', '1e+5', '1e-22', '1e-23', '1e999', '-1e999', '1e-400', '1e00000000000000000005', '4.9e-324'],
    ...['9007199254740991', '9007199254740993', '18446744073709551615', '18446744073709551616'],
    ...['123456789012345678901234567890', '0.000000000000000000000000123', '1.7976931348623157e308'],
    ...[
      '0.1234567890123456789',
      '12345678901234567.89',
      '0000000000000000000000001',
      '2.2250738585072011e-308',
    ],
  ];
  expect(wrong(texts, (text) => parseNumber(text.replaceAll('"', ''))!)).toEqual([]);
});

test.each([
  ...[
    '.',
    '-',
    '+',
    '1e',
    '1e+',
    '..',
    '1..2',
    '1e5e5',
    '--1',
    '-+1',
    '1-',
    '0x10',
    'abc',
    'Infinity',
    '1 2',
  ],
  ...['"1""2"', '""""', '"1,5"', '1_000', '1\u{a0}', '１'],
])('%s is no number, and its line is told', (text) => {
  expect(() => read(['1', '"2"', text, 'x'])).toThrow('Line 4, column "x": a number is needed.');
});

test('decimals of any length are rounded to the nearest double', () => {
  const random = createRandom(1, 'decimals');
  const digit = () => Math.floor(random() * 10);
  const texts = Array.from({ length: 200_000 }, (_, i) => {
    const length = 1 + Math.floor(random() * 21);
    const digits = Array.from({ length }, digit).join('');
    const point = Math.floor(random() * (length + 1));
    const exponent = i % 3 === 0 ? `e${Math.floor(random() * 40) - 20}` : '';
    return `${i % 2 ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}${exponent}`;
  });
  expect(wrong(texts)).toEqual([]);
});

test('a decimal that lies exactly between two doubles, or next to it, goes to the right one', () => {
  const random = createRandom(2, 'middles');
  const texts = Array.from({ length: 100_000 }, (_, i) => {
    const middle = BigInt(Math.floor(2 ** 53 * (1 + random()))) | 1n;
    const digits = (middle + BigInt((i % 3) - 1)).toString();
    const cut = digits.length - (i % 6);
    return `${digits.slice(0, cut)}.${digits.slice(cut)}${['', '0', '001'][i % 7] ?? ''}`;
  });
  expect(wrong(texts)).toEqual([]);
});

test('what doubles are written as reads back as the same double', () => {
  const random = createRandom(3, 'doubles');
  const bits = new BigUint64Array(1);
  const double = new Float64Array(bits.buffer);
  const texts = Array.from({ length: 200_000 }, (_, i) => {
    if (i % 2) return String((random() - 0.5) * 10 ** (Math.floor(random() * 12) - 6));
    bits[0] = BigInt(Math.floor(random() * 2 ** 32)) * 2n ** 32n + BigInt(Math.floor(random() * 2 ** 32));
    return Number.isFinite(double[0]) ? String(double[0]) : '0';
  });
  expect(wrong(texts)).toEqual([]);
});
