import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { kindOf, MISSING } from '../../../src/domain/table/cell.ts';
import type { ColumnProfile } from '../../../src/vocabulary/tables.ts';
import { rounds } from '../../support/rounds.ts';
import { CSV, inspect, NDJSON, PARQUET, seeded, TSV, test } from './files.ts';

const { random, below, pick } = seeded(20_261_122);

const makers = {
  integers: () => String(below(50) - 25),
  doubles: () => String((random() - 0.5) * 10 ** (below(30) - 15)),
  numbers: () => pick(['1', '1.0', '-0', '0', '1e3', ' 7', '.5', '9007199254740991']),
  booleans: () => pick(['true', 'FALSE', 'True']),
  days: () => `20${10 + below(80)}-${10 + below(3)}-${10 + below(18)}`,
  times: () => `19${10 + below(80)}-01-02T0${below(10)}:0${below(10)}:00.${below(1000)}`,
  texts: () =>
    pick(['a', 'B', 'é', '😀', 'a,b', 'say "hi"', 'line\nbreak', "';--", '007', '\\', '#x', '{}', ' x ']),
  codes: () => `0${below(100)}`,
  mixtures: () => pick(['1', 'true', '2024-01-01', 'x']),
  nothing: () => pick(['', 'NA', 'null']),
};
type Maker = keyof typeof makers;

const TYPE_OF: Record<Maker, ColumnProfile['type']> = {
  integers: 'number',
  doubles: 'number',
  numbers: 'number',
  booleans: 'boolean',
  days: 'datetime',
  times: 'datetime',
  texts: 'string',
  codes: 'string',
  mixtures: 'string',
  nothing: 'number',
};

/** The plain way to the same figures. */
function naiveProfile(name: string, type: ColumnProfile['type'], cells: readonly string[]): ColumnProfile {
  const present = cells.filter((cell) => kindOf(cell) !== MISSING);
  const base = { name, type, missing: cells.length - present.length };
  if (type === 'number') {
    const numbers = present.map(Number);
    const none = numbers.length === 0;
    return {
      ...base,
      distinct: new Set(numbers).size,
      min: none ? null : Math.min(...numbers) + 0,
      max: none ? null : Math.max(...numbers) + 0,
      mean: none ? null : numbers.reduce((sum, x) => sum + x, 0) / numbers.length,
    };
  }
  const order = type === 'datetime' ? (a: string, b: string) => Date.parse(a) - Date.parse(b) : compareBytes;
  const sorted = present.toSorted(order);
  return {
    ...base,
    distinct: new Set(present).size,
    min: sorted[0] ?? null,
    max: sorted.at(-1) ?? null,
    mean: null,
  };
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function randomTable(rows: number) {
  const kinds = Array.from({ length: 1 + below(6) }, () => pick(Object.keys(makers) as Maker[]));
  const columns = kinds.map((kind, i) => {
    const gaps = random() * 0.5;
    const cells = Array.from({ length: rows }, () =>
      random() < gaps ? pick(['', 'NaN', 'None']) : makers[kind](),
    );
    // The first row decides that a column is what its name says.
    if (kind === 'mixtures') cells.splice(0, 2, 'x', '1');
    else if (kind === 'texts') cells[0] = 'a';
    else cells[0] = makers[kind]();
    return { name: `${kind} ${i}`, type: TYPE_OF[kind], cells };
  });
  const expected = columns.map(({ name, type, cells }) => naiveProfile(name, type, cells));
  const lines = Array.from({ length: rows }, (_, row) => columns.map(({ cells }) => cells[row]!));
  return { names: columns.map(({ name }) => name), lines, expected };
}

function expectProfile(actual: readonly ColumnProfile[], expected: readonly ColumnProfile[]): void {
  expect(actual.map(({ mean: _, ...rest }) => rest)).toEqual(expected.map(({ mean: _, ...rest }) => rest));
  for (const [i, { mean, min, max }] of expected.entries()) {
    if (mean === null) expect(actual[i]!.mean).toBeNull();
    else {
      // The plain sum is the less exact of the two.
      const size = Math.max(Math.abs(Number(min)), Math.abs(Number(max)));
      expect(Math.abs(actual[i]!.mean! - mean)).toBeLessThanOrEqual(1e-13 * size);
    }
  }
}

test('a random csv is profiled as plain JavaScript would', async ({ write }) => {
  for (let round = 0; round < rounds(20); round++) {
    const rows = 2 + below(60);
    const { names, lines, expected } = randomTable(rows);
    const [delimiter, type] = pick([
      [',', CSV],
      [';', CSV],
      ['|', CSV],
      ['\t', TSV],
    ] as const);
    const always = random() < 0.3;
    const quote = (cell: string) =>
      always || /[",;|\t\n]/.test(cell) || cell.startsWith(' ') ? `"${cell.replaceAll('"', '""')}"` : cell;
    const end = pick(['\n', '\r\n']);
    // A line of nothing is only a row when there is one column and quotes say so; here rows have some text.
    const text = [names, ...lines].map((cells) => cells.map(quote).join(delimiter) + end).join('');
    const profile = await inspect(await write(text), type);
    expect(profile.rows).toBe(rows);
    expectProfile(profile.columns, expected);
  }
});

test('random newline-delimited JSON is profiled as plain JavaScript would', async ({ write }) => {
  for (let round = 0; round < rounds(10); round++) {
    const { names, lines, expected } = randomTable(2 + below(60));
    const text = lines.map((cells, row) => {
      const entries = names.map((name, i) => [name, cells[i]!] as const);
      // A missing value may also be a null, or not be there (past the first row, which sets the columns' order).
      const kept = entries.flatMap(([name, cell]) =>
        kindOf(cell) !== MISSING || row === 0 ? [[name, cell]] : pick([[], [[name, null]], [[name, cell]]]),
      );
      return `${JSON.stringify(Object.fromEntries(kept))}\n`;
    });
    const profile = await inspect(await write(text.join('')), NDJSON);
    expectProfile(profile.columns, expected);
  }
});

test('a random Parquet table is profiled as plain JavaScript would', async ({ directory, parquet }) => {
  for (let round = 0; round < rounds(5); round++) {
    const rows = 2 + below(60);
    const cells = Array.from({ length: rows }, () => (random() < 0.3 ? '' : makers.doubles()));
    const json = path.join(directory, 'rows.json');
    await writeFile(json, cells.map((x) => `{"x":${x === '' ? 'null' : x}}\n`).join(''));
    const file = await parquet(
      `SELECT x FROM read_json('${json}', format = 'newline_delimited', columns = {x: 'DOUBLE'})`,
    );
    expectProfile((await inspect(file, PARQUET)).columns, [naiveProfile('x', 'number', cells)]);
  }
});

test('in a large table few values are counted exactly and many estimated within 3 %, which is told', {
  timeout: 120_000,
}, async ({ directory }) => {
  const rows = 1_100_000;
  const lines = ['unique,late,many,few'];
  const seen = { late: new Set<number>(), many: new Set<number>() };
  for (let row = 0; row < rows; row++) {
    // Nothing at the start gives away that `late` has many values.
    const late = row < 50_000 ? 1 : row % 40_000;
    const many = below(500_000);
    seen.late.add(late);
    seen.many.add(many);
    lines.push(`u${row},${late},${many},${row % 7}`);
  }
  const file = path.join(directory, 'large.csv');
  await writeFile(file, `${lines.join('\n')}\n`);
  const profile = await inspect(file, CSV);
  const [unique, late, many, few] = profile.columns;
  expect(profile.rows).toBe(rows);
  expect(few).toMatchObject({ distinct: 7, min: 0, max: 6 });
  expect(late!.distinct).toBe(seen.late.size);
  const estimates = profile.columns.map(({ distinct_approximate }) => distinct_approximate ?? false);
  expect(estimates).toEqual([true, false, true, false]);
  for (const [column, truth] of [
    [unique, rows],
    [many, seen.many.size],
  ] as const)
    expect(Math.abs(column!.distinct / truth - 1)).toBeLessThan(0.03);
});

test('in a large and wide table too', async ({ directory }) => {
  const [rows, columns] = [110_000, 40];
  const lines = [Array.from({ length: columns }, (_, i) => `c${i}`).join()];
  // Column i repeats after 2, 4, 8 … rows, and from the 17th on never.
  const cells = (row: number) =>
    Array.from({ length: columns }, (_, i) => (i < 17 ? row % 2 ** (i + 1) : row));
  for (let row = 0; row < rows; row++) lines.push(cells(row).join());
  const file = path.join(directory, 'wide.csv');
  await writeFile(file, `${lines.join('\n')}\n`);
  for (const [i, { distinct, distinct_approximate }] of (await inspect(file, CSV)).columns.entries()) {
    const truth = Math.min(rows, 2 ** (i + 1));
    if (distinct_approximate !== true) expect(distinct).toBe(truth);
    if (truth <= 1000) expect(distinct_approximate).toBeUndefined();
    else expect(Math.abs(distinct / truth - 1)).toBeLessThan(0.03);
  }
});

test('the mean does not drift over many rows', async ({ write }) => {
  const file = await write(`x,y\n${'0.1,1e16\n0.1,1\n'.repeat(50_000)}`);
  const { columns } = await inspect(file, CSV);
  expect(columns[0]).toMatchObject({ mean: 0.1 });
  expect(columns[1]!.mean).toBeCloseTo((1e16 + 1) / 2, -1);
  expect(await inspect(await write('x\n1\n2\n'), CSV)).toMatchObject({ columns: [{ mean: 1.5 }] });
});

test('a number of twenty digits is what it is, a power of two as well', async ({ write }) => {
  const { columns } = await inspect(await write('x\n18446744073709551616.0\n36893488147419103232.0\n'), CSV);
  expect(columns[0]).toMatchObject({ min: 2 ** 64, max: 2 ** 65, mean: 1.5 * 2 ** 64 });
});

test('numbers whose sum is no double have no mean, and zero has no sign', async ({ write }) => {
  const { columns } = await inspect(await write('x,y\n1.7e308,-0\n1.7e308,-0\n'), CSV);
  expect(columns[0]).toMatchObject({ min: 1.7e308, mean: null });
  expect(columns[1]).toEqual({ name: 'y', type: 'number', missing: 0, distinct: 1, min: 0, max: 0, mean: 0 });
});

test('a last line that does not end is read up to where the text ends, whatever came before it', async ({
  write,
}) => {
  const file = await write('n,t\n12345,longer\n67890,long\n3,x\n4,yz');
  const { columns } = await inspect(file, CSV);
  expect(columns).toMatchObject([
    { distinct: 4, max: 67890 },
    { distinct: 4, max: 'yz' },
  ]);
  const numbers = await inspect(await write('n,m\n10,200\n30,4'), CSV);
  expect(numbers.columns[1]).toMatchObject({ distinct: 2, min: 4, max: 200, mean: 102 });
});

test('a column of one without a value in a line counts the line as a missing value', async ({ write }) => {
  const file = await write('x\n1\n\n2\n\n');
  expect(await inspect(file, CSV)).toMatchObject({ rows: 4, columns: [{ missing: 2, distinct: 2 }] });
});
