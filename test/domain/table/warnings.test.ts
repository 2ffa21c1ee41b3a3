import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { tableWarnings } from '../../../src/domain/table/table-warnings.ts';
import type { PlainFileType } from '../../../src/vocabulary/tables.ts';
import { csvOf } from '../../support/tables.ts';
import { CSV, gzipped, inspect, NDJSON, NO_LIMITS, PARQUET, test } from './files.ts';

async function warnings(path: string, fileType: PlainFileType = CSV) {
  const table = await inspect(path, fileType);
  const request = { path, fileType, limits: NO_LIMITS, memoryMb: 512, tempDirectory: '' };
  return tableWarnings(request, table);
}

/** Which columns are warned of, and why. */
const found = async (path: string, fileType?: PlainFileType) =>
  (await warnings(path, fileType)).map(({ code, column }) => [column, code]);

const csv = (columns: Parameters<typeof csvOf>[0], rows = 60) => csvOf(columns, rows);
/** Whole numbers from 0 to 99 in no order. */
const noise = (row: number, seed = 1) => (Math.imul(row + seed, 2_654_435_761) >>> 0) % 100;

test('a table without oddities has no warnings', async ({ write }) => {
  const table = csv({ age: noise, city: (row) => `city ${row % 7}`, fare: (row) => noise(row, 9) / 4 });
  expect(await warnings(await write(table))).toEqual([]);
});

describe('looks_like_number', () => {
  test.for([
    ['two ways to part thousands', (row: number) => (row % 2 ? `${1 + (row % 9)},${100 + row}` : "1'500")],
    ['percent here and there', (row: number) => (row % 2 ? `${noise(row)}.5%` : noise(row))],
    ['two currencies', (row: number) => `${row % 2 ? '$' : '€'}${1 + noise(row)}`],
    ['a star for what is missing', (row: number) => (row % 9 ? 1 + noise(row) : '*')],
    ['a word for what is missing', (row: number) => (row % 9 ? 1 + noise(row) : 'unknown')],
    ['a sum below the rows', (row: number) => (row === 59 ? 'Total' : `${1 + noise(row)}`)],
    ['brackets around what is owed', (row: number) => (row % 3 ? `1,0${10 + row}.5` : '(20.00)')],
  ] as const)('is said of %s', async ([, cell], { write }) => {
    const [warning, ...others] = await warnings(await write(csv({ odd: cell, age: noise })));
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ code: 'looks_like_number', column: 'odd' });
    expect(warning?.message).toMatch(/^Column "odd" is taken for text/);
  });

  test('names a cell that does not, where there is one', async ({ write }) => {
    const [total] = await warnings(
      await write(csv({ sum: (row) => (row === 50 ? 'Total' : 1 + noise(row) / 4), age: noise })),
    );
    expect(total?.message).toContain(
      '59 of 60 values that were looked at look like numbers: "Total" does not',
    );
    const [forms] = await warnings(
      await write(csv({ share: (row) => (row % 2 ? `${noise(row)}.5%` : noise(row)), age: noise })),
    );
    expect(forms?.message).toContain('not all of them can be read in one form');
  });

  test('names one of a table so long that it was hardly looked at', async ({ write }) => {
    const [total] = await warnings(
      await write(
        csv({ sum: (row) => (row === 19_999 ? 'Total' : 1 + (row % 100) / 4), age: noise }, 20_000),
      ),
    );
    expect(total?.message).toMatch(
      / (\d+) of \1 values that were looked at look like numbers: "Total" does not/,
    );
  });

  test.for([
    ['numbers among as many words', (row: number) => (row % 2 ? noise(row) : `size ${row % 7}`)],
    ['codes with zeros in front', (row: number) => String(noise(row)).padStart(5, '0')],
    ['identifiers beyond 15 digits', (row: number) => `1234567890123456${row % 7}`],
    ['words', (row: number) => `size ${row % 7}`],
    ['versions', (row: number) => `1.${row % 7}.3`],
    ['numbers', (row: number) => noise(row, 3)],
  ] as const)('is not said of %s', async ([, cell], { write }) => {
    expect(await warnings(await write(csv({ fine: cell, age: noise })))).toEqual([]);
  });
});

test('ambiguous_form is said of numbers whose comma may part thousands or decimals', async ({ write }) => {
  const [warning, ...others] = await warnings(
    await write(csv({ odd: (row) => `${1 + (row % 9)},${100 + (row % 50)}`, age: noise })),
  );
  expect(others).toEqual([]);
  expect(warning).toMatchObject({ code: 'ambiguous_form', column: 'odd' });
});

describe('identifier', () => {
  test.for([
    ['a text of its own in every row', 'name', (row: number) => `name ${row}`],
    ['nearly every row', 'name', (row: number) => `name ${row % 55}`],
    ['whole numbers that are called so', 'customer_id', (row: number) => 1000 + row * 7],
    ['rows that are counted', 'n', (row: number) => row + 1],
  ] as const)('is said of %s', async ([, name, cell], { write }) => {
    expect(await found(await write(csv({ [name]: cell, age: noise })))).toEqual([[name, 'identifier']]);
  });

  test.for([
    ['measured numbers, all different', 'fare', (row: number) => row * 1.7],
    ['whole numbers, all different, of no such name', 'income', (row: number) => 1000 + row * 7],
    ['texts that come again', 'city', (row: number) => `city ${row % 40}`],
    ['numbers called so that come again', 'group_id', (row: number) => row % 7],
  ] as const)('is not said of %s', async ([, name, cell], { write }) => {
    expect(await warnings(await write(csv({ [name]: cell, age: noise })))).toEqual([]);
  });

  test('is not said of a table so short that it may be chance', async ({ write }) => {
    expect(await warnings(await write(csv({ name: (row) => `name ${row}`, age: noise }, 15)))).toEqual([]);
  });
});

describe('constant and mostly_empty', () => {
  test('are said of a column with one value, with none, and with few', async ({ write }) => {
    const table = csv({
      same: () => 'x',
      none: () => '',
      few: (row) => (row % 3 ? '' : row),
      gaps: (row) => (row % 3 ? 'x' : ''),
      age: noise,
    });
    expect(await found(await write(table))).toEqual([
      ['same', 'constant'],
      ['none', 'mostly_empty'],
      ['few', 'mostly_empty'],
    ]);
  });
});

describe('duplicate', () => {
  const table = csv({
    a: noise,
    b: (row) => `t${row % 5}`,
    a2: noise,
    c: (row) => noise(row, 5),
    b2: (row) => `t${row % 5}`,
  });

  test.for(['csv', 'csv.gz', 'ndjson', 'parquet'] as const)(
    'is said of columns with the same values in a %s, with the first of them',
    async (form, { write, parquet }) => {
      const [head = '', ...lines] = table.trim().split('\n');
      const names = head.split(',');
      const json = lines.map((line) =>
        JSON.stringify(Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell]))),
      );
      const file = {
        csv: async () => [await write(table), CSV] as const,
        'csv.gz': async () => [await write(gzipSync(table)), gzipped(CSV)] as const,
        ndjson: async () => [await write(`${json.join('\n')}\n`), NDJSON] as const,
        parquet: async () =>
          [
            await parquet(
              `SELECT *, a AS a2, b AS b2 FROM (SELECT i * 7 % 50 AS a, 't' || i % 5 AS b FROM range(60) t(i))`,
            ),
            PARQUET,
          ] as const,
      }[form];
      const [path, type] = await file();
      const all = await warnings(path, type);
      expect(all.map(({ code, column }) => [column, code])).toEqual([
        ['a2', 'duplicate'],
        ['b2', 'duplicate'],
      ]);
      expect(all[0]?.message).toBe('Column "a2" holds the same values as column "a".');
    },
  );

  test('is not said of columns with the same figures that differ in a row, however late', async ({
    write,
  }) => {
    const flag = (row: number) => (row % 2 ? 'yes' : 'no');
    const late = csv(
      {
        a: flag,
        b: (row) => (row >= 29_998 ? flag(row + 1) : flag(row)),
        rank: noise,
        order: (row) => noise(29_999 - row),
      },
      30_000,
    );
    expect(await warnings(await write(late))).toEqual([]);
    const third = csv({ a: flag, b: (row) => flag(row + 1), a2: flag, b2: (row) => flag(row + 1) });
    expect(await found(await write(third))).toEqual([
      ['a2', 'duplicate'],
      ['b2', 'duplicate'],
    ]);
  });
});

test('of one kind no more are listed than an answer can hold, and the rest is counted', async ({ write }) => {
  const wide = csv(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`c${i}`, () => 'x'])));
  const all = await warnings(await write(wide));
  expect(all).toHaveLength(21);
  expect(all.at(-1)).toEqual({ code: 'constant', message: 'The same is true of 480 more columns.' });
});
