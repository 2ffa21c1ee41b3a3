import { expect, test } from 'vitest';
import { datePart } from '../../../src/tabular/values/inputs.ts';
import { parseDate, parseNumber } from '../../../src/tabular/values/parse.ts';

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
  ['', Number.NaN],
  ['2023-02-29', undefined],
  ['2024-02-29T25:00', undefined],
  ['29.02.2024', undefined],
])('%j is read as the time %s', (text, value) => {
  expect(parseDate(text)).toBe(value);
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
