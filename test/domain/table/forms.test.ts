import { describe, expect } from 'vitest';
import { readTable } from '../../../src/domain/table/read-table.ts';
import { tableWarnings } from '../../../src/domain/table/table-warnings.ts';
import { describeForm, formReader } from '../../../src/tabular/index.ts';
import type { PlainFileType, TableProfile } from '../../../src/vocabulary/tables.ts';
import { CSV, inspect, NDJSON, TSV, test } from './files.ts';

const warningsOf = (path: string, fileType: PlainFileType, profile: TableProfile) =>
  tableWarnings({ path, fileType, memoryMb: 256 }, profile);

const quoted = (cells: readonly string[]) => `x\tz\n${cells.map((cell) => `"${cell}"\t1\n`).join('')}`;
const lines = (cells: readonly string[]) => cells.map((x) => `${JSON.stringify({ x, z: 1 })}\n`).join('');

describe('a column is read by the one form that all its cells have', () => {
  test.for([
    [['1,5', '2,75', '-3'], 'number (decimal comma)'],
    [['1.234,50', '7,5'], 'number (decimal comma, thousands point)'],
    [['1,234.50', '7'], 'number (thousands comma)'],
    [['12 345,5', '1'], 'number (decimal comma, thousands space)'],
    [["1'234.5", '2'], 'number (thousands apostrophe)'],
    [['12%', '3.5%'], 'number (percent)'],
    [['12,5 %', '3 %'], 'number (decimal comma, percent)'],
    [['$1,234.50', '$7'], 'number (thousands comma, $)'],
    [['3 €', '12,50 €'], 'number (decimal comma, €)'],
    [['5', '?', '-', '7.5'], 'number'],
    [['31.12.2023', '1.2.2024'], 'date (dd.mm.yyyy)'],
    [['12/31/2023', '2/1/2024 14:05'], 'date (mm/dd/yyyy)'],
    [['31/12/2023', '1/2/2024'], 'date (dd/mm/yyyy)'],
    [['2023/12/31', '-'], 'date (yyyy/mm/dd)'],
  ] as const)('%o: %s', async ([cells, form], { write }) => {
    for (const [text, fileType] of [
      [quoted(cells), TSV],
      [lines(cells), NDJSON],
    ] as const) {
      const path = await write(text);
      const { rows, columns } = await inspect(path, fileType);
      const [column] = columns;
      const present = cells.filter((cell) => cell !== '?' && cell !== '-');
      expect(column).toMatchObject({
        type: form.startsWith('date') ? 'datetime' : 'number',
        reads_as: `${form}, ${present.length} of ${present.length}`,
        missing: cells.length - present.length,
        distinct: present.length,
      });
      expect(describeForm(column!.form!)).toBe(form);
      // Trained on, it has the very values that a prediction gives to the same texts.
      const table = await readTable({ path, fileType, columns, memoryLimitMb: 256, rows });
      const read = formReader(column!.form!);
      expect(table.columns[0]).toMatchObject({
        kind: 'number',
        values: Float64Array.from(cells, (cell) => read(cell)!),
      });
    }
  });

  test('and by none when a single cell has another', async ({ write }) => {
    for (const cells of [
      ['1,5', '2,75', '3.5'],
      ['$1', '€2'],
      ['12%', '13'],
      ['31.12.2023', '30.02.2023'],
      ['31.12.2023', '12/31/2023'],
      ['007', '1,5'],
      ['1,5', 'x'],
    ]) {
      const { columns } = await inspect(await write(quoted(cells)), TSV);
      expect([cells, columns[0]!.type, columns[0]!.form]).toEqual([cells, 'string', undefined]);
    }
  });

  test('deep in the file too', async ({ write }) => {
    const cells = Array.from({ length: 30_000 }, (_, i) => `${i % 900},${i % 7}`);
    expect((await inspect(await write(quoted(cells)), TSV)).columns[0]).toMatchObject({
      reads_as: 'number (decimal comma), 30000 of 30000',
    });
    cells[29_000] = '1,2,3';
    expect((await inspect(await write(quoted(cells)), TSV)).columns[0]).toMatchObject({ type: 'string' });
  });
});

describe('where more than one form would do', () => {
  const read = async (write: (text: string) => Promise<string>, text: string, fileType = CSV) => {
    const path = await write(text);
    const profile = await inspect(path, fileType);
    const told = await warningsOf(path, fileType, profile);
    return [profile.columns.map(({ reads_as }) => reads_as), told.map(({ code, column }) => [code, column])];
  };

  test('a comma parts thousands, and it is said that it might not', async ({ write }) => {
    expect(await read(write, 'x\tz\n1,234\t1\n2,500\t2\n', TSV)).toEqual([
      ['number (thousands comma), 2 of 2', undefined],
      [['ambiguous_form', 'x']],
    ]);
  });

  test('unless another column or the delimiter says otherwise', async ({ write }) => {
    expect((await read(write, 'x\ty\n1,234\t1,5\n2,500\t2,25\n', TSV))[0]).toEqual([
      'number (decimal comma), 2 of 2',
      'number (decimal comma), 2 of 2',
    ]);
    expect((await read(write, 'x;y\n1,234;1\n2,500;2\n'))[0]![0]).toBe('number (decimal comma), 2 of 2');
  });

  test('a date with slashes begins with the month, unless another column begins with the day', async ({
    write,
  }) => {
    expect(await read(write, 'x,y\n1/2/2024,1\n3/4/2024,2\n')).toEqual([
      ['date (mm/dd/yyyy), 2 of 2', undefined],
      [['ambiguous_form', 'x']],
    ]);
    expect((await read(write, 'x,y\n1/2/2024,13/1/2024\n3/4/2024,14/1/2024\n'))[0]![0]).toBe(
      'date (dd/mm/yyyy), 2 of 2',
    );
  });

  test('nothing is said where they all mean the same', async ({ write }) => {
    expect(await read(write, 'x,y\n12 €,1\n13 €,2\n')).toEqual([['number (€), 2 of 2', undefined], []]);
  });
});

describe('headers as people write them', () => {
  test('an index without a name, and names that come again', async ({ write }) => {
    const path = await write(',a,b,a,a\n0,1,2,3,4\n1,5,6,7,8\n');
    const profile = await inspect(path, CSV);
    expect(profile.columns.map(({ name }) => name)).toEqual(['index', 'a', 'b', 'a.1', 'a.2']);
    expect(profile.columns.map(({ max }) => max)).toEqual([1, 5, 6, 7, 8]);
    expect((await warningsOf(path, CSV, profile)).filter(({ code }) => code === 'renamed')).toEqual([
      {
        code: 'renamed',
        column: 'index',
        message: 'Column 1 has no name in the file: it is called "index".',
      },
      {
        code: 'renamed',
        column: 'a.1',
        message: 'Column 4 has the name "a" again: it is called "a.1".',
      },
      {
        code: 'renamed',
        column: 'a.2',
        message: 'Column 5 has the name "a" again: it is called "a.2".',
      },
    ]);
  });

  test('a name that was given is nobody else’s', async ({ write }) => {
    const names = async (header: string) =>
      (await inspect(await write(`${header}\n1,2,3\n4,5,6\n`), CSV)).columns.map(({ name }) => name);
    expect(await names('a,a.1,a')).toEqual(['a', 'a.1', 'a.2']);
    expect(await names(',index,b')).toEqual(['index.1', 'index', 'b']);
  });

  test('none at all: the first line is a row', async ({ write }) => {
    const path = await write('\u{feff}5.1,3.5,setosa\n4.9,3.0,setosa\n6.3,,virginica\n7.1,2.5,virginica\n');
    const profile = await inspect(path, CSV);
    expect(profile).toMatchObject({
      rows: 4,
      columns: [
        { name: 'column_1', type: 'number', min: 4.9, max: 7.1 },
        { name: 'column_2', type: 'number', missing: 1 },
        { name: 'column_3', type: 'string', distinct: 2 },
      ],
    });
    expect((await warningsOf(path, CSV, profile)).map(({ code }) => code)).toContain('no_header');
    const { columns, rows } = profile;
    const table = await readTable({ path, fileType: CSV, columns, memoryLimitMb: 256, rows });
    expect(table.columns[0]).toMatchObject({ values: Float64Array.of(5.1, 4.9, 6.3, 7.1) });
  });

  test('years, codes and texts that do not come again are names', async ({ write }) => {
    for (const text of ['country,2019,2020\nA,1,2\nB,3,4\n', '2019,2020\na,b\nc,d\n', 'a,1\nb,2\nc,3\n'])
      expect((await inspect(await write(text), CSV)).rows).toBe(2);
  });
});
