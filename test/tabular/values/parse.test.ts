import { expect, test } from 'vitest';
import { datePart } from '../../../src/tabular/values/inputs.ts';
import { parseDate, parseNumber } from '../../../src/tabular/values/parse.ts';
import { seededRandom } from '../../support/random.ts';

test.each([
  ['1', 1],
  [' -1.5e3 ', -1500],
  ['.5', 0.5],
  ['5.', 5],
  ['', Number.NaN],
  ['NaN', Number.NaN],
  ['1e999', Number.NaN],
  ['0x10', undefined],
  ['1,5', undefined],
  ['Infinity', undefined],
])('%j is read as the number %s', (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test.each([
  ['2024-02-29', Date.UTC(2024, 1, 29)],
  ['2024-02-29 13:45', Date.UTC(2024, 1, 29, 13, 45)],
  ['2024-02-29T13:45:30.1234567Z', Date.UTC(2024, 1, 29, 13, 45, 30, 123)],
  ['2024-02-29T00:30:00+02:00', Date.UTC(2024, 1, 28, 22, 30)],
  ['2024-03-01', Date.UTC(2024, 2, 1)],
  ['2023-12-31T23:59:59.250Z', Date.UTC(2023, 11, 31, 23, 59, 59, 250)],
  ['0050-01-01', Date.parse('0050-01-01')],
  ['2024-01-01T24:00', Date.UTC(2024, 0, 2)],
  ['', Number.NaN],
  ['2023-02-29', undefined],
  ['2024-02-29T25:00', undefined],
  ['29.02.2024', undefined],
])('%j is read as the time %s', (text, value) => {
  expect(parseDate(text)).toBe(value);
});

test('a date as programs write it is read as one with spaces around it, digit by digit', () => {
  const random = seededRandom();
  const base = '2019-10-28T19:38:47.504Z';
  const lengths = [10, 16, 19, 23, 24];
  for (let i = 0; i < 20_000; i++) {
    const at = Math.floor(random() * base.length);
    const other = '0123456789-:.TZ t'.charAt(Math.floor(random() * 17));
    const length = lengths[Math.floor(random() * lengths.length)];
    const days = new Date(Math.floor(random() * 2.5e14)).toISOString();
    const text = (random() < 0.5 ? days : base.slice(0, at) + other + base.slice(at + 1)).slice(0, length);
    expect(parseDate(text), text).toBe(parseDate(` ${text} `));
  }
});

test('the parts of a date, also before 1970', () => {
  const times = Float64Array.of(Date.UTC(1969, 11, 31, 23), Number.NaN);
  const parts = (['time', 'year', 'month', 'day', 'weekday', 'hour'] as const).map((part) => [
    ...datePart(times, part),
  ]);
  expect(parts).toEqual([
    [-1 / 24, Number.NaN],
    [1969, Number.NaN],
    [12, Number.NaN],
    [31, Number.NaN],
    [3, Number.NaN],
    [23, Number.NaN],
  ]);
});
