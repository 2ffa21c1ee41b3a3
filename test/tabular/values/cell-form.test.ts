import { describe, expect, test } from 'vitest';
import { type CellForm, describeForm, formReader, formsOf } from '../../../src/tabular/index.ts';

const comma: CellForm = { kind: 'number', decimal: ',', thousands: '.', unit: '' };
const dollars: CellForm = { kind: 'number', decimal: '.', thousands: ',', unit: '$' };
const percent: CellForm = { kind: 'number', decimal: '.', thousands: '', unit: '%' };
const day: CellForm = { kind: 'datetime', order: 'dmy', separator: '.' };
const month: CellForm = { kind: 'datetime', order: 'mdy', separator: '/' };

describe('a cell is read by the form of its column', () => {
  test.for<[form: CellForm, cell: string, value: number]>([
    [comma, '1.234,5', 1234.5],
    [comma, '-0,5', -0.5],
    [comma, ' 12 ', 12],
    [dollars, '$1,234.50', 1234.5],
    [dollars, '-$3', -3],
    [dollars, '1,234 $', 1234],
    [percent, '12.5%', 0.125],
    [percent, '12.5 %', 0.125],
    [{ ...comma, thousands: ' ' }, '12\u{a0}345,6', 12_345.6],
    [{ ...dollars, thousands: "'", unit: '' }, '1\u{2019}234.5', 1234.5],
    [day, '31.12.2023', Date.UTC(2023, 11, 31)],
    [day, '1.2.2024 05:06', Date.UTC(2024, 1, 1, 5, 6)],
    [month, '12/31/2023', Date.UTC(2023, 11, 31)],
    [{ ...month, order: 'ymd' }, '2023/12/31T05:06:07', Date.UTC(2023, 11, 31, 5, 6, 7)],
  ])('%o reads %s', ([form, cell, value]) => {
    expect(formReader(form)(cell)).toBe(value);
  });

  test.for<[form: CellForm, cell: string]>([
    [comma, '1.5'],
    [comma, '1.23,5'],
    [comma, '1234,5'],
    [comma, '007'],
    [comma, '1.234.567.890.123.456'],
    [dollars, '1,234.50'],
    [dollars, '€3'],
    [percent, '12.5'],
    [day, '30.02.2024'],
    [day, '1.13.2024'],
    [day, '1.1.24'],
    [month, '31/12/2023'],
    [month, '12/31/2023 25:00'],
  ])('%o does not read %s', ([form, cell]) => {
    expect(formReader(form)(cell)).toBeUndefined();
  });

  test('and what stands for no value is none', () => {
    for (const form of [comma, day])
      for (const cell of ['', 'NA', '?', '-', '#N/A']) expect(formReader(form)(cell)).toBeNaN();
  });
});

test('the forms of some cells are those that read all of them', () => {
  const names = (...cells: string[]) => formsOf(cells).map(describeForm);
  expect(names('1.234,5', '7')).toEqual(['number (decimal comma, thousands point)']);
  expect(names('$5', '$1,000')).toEqual(['number (thousands comma, $)', ...names('$5', '$1,000').slice(1)]);
  expect(names('31.12.2023')).toEqual(['date (dd.mm.yyyy)']);
  expect(names('3/4/2023')).toEqual(['date (dd/mm/yyyy)', 'date (mm/dd/yyyy)']);
  expect(names('$5', '€5')).toEqual([]);
  expect(names('1,5', 'x')).toEqual([]);
});
