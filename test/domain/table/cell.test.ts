import { expect, test } from 'vitest';
import { MISSING_VALUES } from '#tabular';
import { BOOLEAN, DATETIME, kindOf, MISSING, NUMBER, TEXT } from '../../../src/domain/table/cell.ts';
import { seeded } from './files.ts';

test.each([...MISSING_VALUES])('%j is a missing value', (cell) => {
  expect(kindOf(cell)).toBe(MISSING);
});

test.each(['nan', 'na', 'Null', 'NULLS', 'N/', 'None ', ' ', '-', '?'])('%j is text, not missing', (cell) => {
  expect(kindOf(cell)).toBe(TEXT);
});

test.each([
  '0',
  '-0',
  '+1',
  '.5',
  '5.',
  '-12.50',
  '1e5',
  '1E-05',
  '0.001',
  ' 1.5 ',
  '2024',
  '9007199254740991',
])('%j is a number', (cell) => {
  expect(kindOf(cell)).toBe(NUMBER);
  expect(Number(cell)).not.toBeNaN();
});

test.each(['.', '1e', '1_000', '1,5', '0x1F', 'inf', 'Infinity', '--1', '1 2', '1f', '٣', '1-2'])(
  '%j is text, not a number',
  (cell) => {
    expect(kindOf(cell)).toBe(TEXT);
  },
);

test.each(['007', '-01', '00', '01.5'])('%j is a code: leading zeros are kept as text', (cell) => {
  expect(kindOf(cell)).toBe(TEXT);
});

test('a whole number that a double cannot hold exactly is text, since it must be an id', () => {
  expect(kindOf('9007199254740992')).toBe(TEXT);
  expect(kindOf('-9007199254740992')).toBe(TEXT);
  expect(kindOf('12345678901234567890')).toBe(TEXT);
  expect(kindOf('12345678901234567890.5')).toBe(NUMBER);
  expect(kindOf('1e300')).toBe(NUMBER);
});

test.each(['true', 'True', 'TRUE', 'false', 'False', 'FALSE'])('%j is a boolean', (cell) => {
  expect(kindOf(cell)).toBe(BOOLEAN);
});

test.each(['yes', 'no', 't', 'tRUE', 'true ', 'on'])('%j is text, not a boolean', (cell) => {
  expect(kindOf(cell)).toBe(TEXT);
});

test.each([
  '2024-01-31',
  '2024-01-31T23:59',
  '2024-01-31 23:59:59',
  '2024-01-31T23:59:59.123456789',
  '2024-01-31T23:59:59Z',
  '2024-01-31T23:59:59.5+02',
  '2024-01-31T23:59:59-0230',
  '2024-01-31T23:59:59+02:30',
])('%j is a point in time', (cell) => {
  expect(kindOf(cell)).toBe(DATETIME);
});

test.each([
  '2024-1-2',
  '2024-13-01',
  '2024-00-10',
  '2024-01-32',
  '2024-01-31T24:00',
  '2024-01',
  '31.01.2024',
  '12:30',
])('%j is text, not a point in time', (cell) => {
  expect(kindOf(cell)).toBe(TEXT);
});

test('every way JavaScript writes a finite number is read as a number, except whole ones beyond 2^53', () => {
  const { random, below } = seeded(7);
  for (let i = 0; i < 20_000; i++) {
    const value = (random() - 0.5) * 10 ** (below(80) - 40);
    const whole = Number.isInteger(value) && !String(value).includes('e');
    expect(kindOf(String(value))).toBe(whole && !Number.isSafeInteger(value) ? TEXT : NUMBER);
  }
});
