import { expect, test } from 'vitest';
import { parseNumber } from '#tabular';
import { numberOfCell } from '../../../../src/domain/model/batch/number-cell.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';

const read = (text: string) => {
  const bytes = Buffer.from(`x${text}x`);
  return numberOfCell(bytes, 1, bytes.length - 1);
};

test.each([
  ...['', '0', '-0', '1', '+1.5', '-2.5e3', '.5', '5.', '00012.50', ' 7 ', 'NaN', 'NA', 'null'],
  ...['.', '-', '1e', '1..2', '1e5e5', '0x10', '1,5', 'abc', '1e999', '1e-400', '9007199254740993'],
  ...['123456789012345678901234567890', '0.000000000000000000000000123', '1e22', '1e23', '1e-22', '1e-23'],
])('%j is the number it is anywhere else', (text) => {
  expect(read(text)).toBe(parseNumber(text));
});

test('decimals of any length are rounded to the nearest double', () => {
  const random = createRandom(1, 'decimals');
  const digit = () => Math.floor(random() * 10);
  const wrong: string[] = [];
  for (let i = 0; i < 200_000; i++) {
    const length = 1 + Math.floor(random() * 21);
    const digits = Array.from({ length }, digit).join('');
    const point = Math.floor(random() * (length + 1));
    const exponent = i % 3 === 0 ? `e${Math.floor(random() * 40) - 20}` : '';
    const text = `${i % 2 ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}${exponent}`;
    if (!Object.is(read(text), Number(text))) wrong.push(text);
  }
  expect(wrong).toEqual([]);
});

test('a decimal that lies exactly between two doubles goes to the even one', () => {
  const random = createRandom(2, 'middles');
  const wrong: string[] = [];
  for (let i = 0; i < 100_000; i++) {
    const middle = (BigInt(Math.floor(2 ** 53 * (1 + random()))) | 1n).toString();
    const cut = middle.length - (i % 6);
    const text = `${middle.slice(0, cut)}.${middle.slice(cut)}`;
    if (!Object.is(read(text), Number(text))) wrong.push(text);
  }
  expect(wrong).toEqual([]);
});

test('what doubles are written as reads back as the same double', () => {
  const random = createRandom(3, 'doubles');
  for (let i = 0; i < 100_000; i++) {
    const value = (random() - 0.5) * 10 ** (Math.floor(random() * 12) - 6);
    expect(read(String(value))).toBe(value);
  }
});
