import { expect } from 'vitest';
import type { Distributions, Histogram, TableProfile, TopValues } from '../../../src/vocabulary/tables.ts';
import { CSV, inspect, NDJSON, PARQUET, seeded, test } from './files.ts';

const csv = (names: readonly string[], rows: readonly (readonly unknown[])[]) =>
  [names, ...rows].map((cells) => `${cells.join()}\n`).join('');

const ndjson = (names: readonly string[], rows: readonly (readonly unknown[])[]) =>
  rows
    .map((cells) => `${JSON.stringify(Object.fromEntries(names.map((name, i) => [name, cells[i]])))}\n`)
    .join('');

function of<Distribution>({ columns, distributions }: TableProfile, name: string): Distribution {
  const found = distributions?.columns[columns.findIndex((column) => column.name === name)];
  expect(found, name).toBeTruthy();
  return found as Distribution;
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** How many values lie in each of a histogram's intervals, counted the plain way. */
function counted({ from, width, counts }: Histogram, values: readonly number[]): number[] {
  return counts.map((_, i) => {
    const [low, high] = [from + i * width, from + (i + 1) * width];
    const isLast = i === counts.length - 1;
    return values.filter((value) => value >= low && (isLast || value < high)).length;
  });
}

test('every value of a small table is counted in its interval, of which there are at most 20', async ({
  write,
}) => {
  const { random, below } = seeded(7);
  const columns: Readonly<Record<string, readonly number[]>> = {
    few: Array.from({ length: 300 }, () => below(3)),
    whole: Array.from({ length: 300 }, () => below(1000) - 500),
    real: Array.from({ length: 300 }, () => random() * 7 - 2),
    huge: Array.from({ length: 300 }, () => (random() - 0.5) * Number.MAX_VALUE),
    one: new Array<number>(300).fill(4.25),
  };
  const names = Object.keys(columns);
  const rows = Array.from({ length: 300 }, (_, row) => names.map((name) => columns[name]?.[row]));
  const profile = await inspect(await write(csv(names, rows)), CSV);
  expect(profile.distributions?.rows).toBe(300);
  for (const [name, values] of Object.entries(columns)) {
    const histogram = of<Histogram>(profile, name);
    expect(histogram.counts.length, name).toBeLessThanOrEqual(20);
    expect(sum(histogram.counts), name).toBe(300);
    expect(histogram.counts, name).toEqual(counted(histogram, values));
  }
  expect(of<Histogram>(profile, 'few')).toMatchObject({ from: -0.5, width: 1 });
  expect(of<Histogram>(profile, 'one')).toEqual({
    ...{ from: 4.25, width: 0, counts: [300] },
    quartiles: [4.25, 4.25, 4.25],
  });
});

test('quartiles are those of pandas, of numbers whose distance is no double and of times too', async ({
  write,
}) => {
  const rows = [
    ['', -1.7e308, '2024-01-03', 1],
    [4, 1.7e308, '2024-01-01', 2],
    [1, 1.7e308, '2024-01-02', 3],
    [2, -1.7e308, '2024-01-04', 4],
    [10, -1.7e308, '2024-01-05', 5],
  ];
  const profile = await inspect(await write(csv(['few', 'huge', 'day', 'whole'], rows)), CSV);
  const quartiles = (name: string) => of<Histogram>(profile, name).quartiles;
  expect(quartiles('few')).toEqual([1.75, 3, 5.5]);
  expect(quartiles('huge')).toEqual([-1.7e308, -1.7e308, 1.7e308]);
  expect(quartiles('day')).toEqual([2, 3, 4].map((day) => Date.UTC(2024, 0, day)));
  expect(quartiles('whole')).toEqual([2, 3, 4]);
});

test('of a large table rows are taken by chance from all over it, the same ones in each format', async ({
  write,
}) => {
  // Sorted: whoever looks at the beginning alone sees nothing of the rest.
  const rows = Array.from({ length: 40_000 }, (_, row) => [row, `group ${Math.floor(row / 10_000)}`]);
  const names = ['position', 'group'];
  const profile = await inspect(await write(csv(names, rows)), CSV);
  const { rows: looked } = profile.distributions as Distributions;
  expect(looked).toBeGreaterThan(400);
  expect(looked).toBeLessThanOrEqual(1000);
  const { counts } = of<Histogram>(profile, 'position');
  expect(counts).toHaveLength(20);
  for (const count of counts) expect(Math.abs(count / looked - 0.05)).toBeLessThan(0.03);
  for (const [i, position] of of<Histogram>(profile, 'position').quartiles!.entries())
    expect(Math.abs(position / 40_000 - (i + 1) / 4)).toBeLessThan(0.05);
  const { values, others } = of<TopValues>(profile, 'group');
  expect(values.map(({ value }) => value).sort()).toEqual(['group 0', 'group 1', 'group 2', 'group 3']);
  for (const { count } of values) expect(Math.abs(count / looked - 0.25)).toBeLessThan(0.05);
  expect(others).toBe(0);
  const other = await inspect(await write(ndjson(names, rows)), NDJSON);
  expect(other.distributions).toEqual(profile.distributions);
});

test('of Parquet they are those of the same table as CSV', async ({ write, parquet }) => {
  const query = `select
    case when i % 7 > 0 then i / 8 end as real, i::INTEGER as whole, i % 3 = 0 as flag,
    case when i % 5 > 0 then TIMESTAMP '2024-01-01' + to_hours((i * 31)::INTEGER) end as time,
    DATE '1969-12-01' + (i % 60)::INTEGER as day,
    case when i % 11 > 0 then 'a "quoted", ' || i % 4 else 'NA' end as text
    from range(300) t(i)`;
  const at = (time: number) => new Date(time).toISOString();
  const rows = Array.from({ length: 300 }, (_, i) => [
    i % 7 > 0 ? i / 8 : '',
    i,
    i % 3 === 0,
    i % 5 > 0 ? at(Date.UTC(2024, 0, 1, i * 31)) : '',
    at(Date.UTC(1969, 11, 1 + (i % 60))).slice(0, 10),
    i % 11 > 0 ? `"a ""quoted"", ${i % 4}"` : 'NA',
  ]);
  const asCsv = await inspect(await write(csv(['real', 'whole', 'flag', 'time', 'day', 'text'], rows)), CSV);
  const asParquet = await inspect(await parquet(query), PARQUET);
  expect(asParquet.distributions).toEqual(asCsv.distributions);
  expect(of<TopValues>(asParquet, 'text').values[0]?.value).toBe('a "quoted", 1');
  expect(sum(of<Histogram>(asParquet, 'time').counts)).toBe(240);
});

test('a table of a thousand columns is looked at in few rows, and told in few bytes', async ({ write }) => {
  const names = Array.from({ length: 1000 }, (_, i) => `c${i}`);
  const rows = Array.from({ length: 300 }, (_, row) => names.map((_name, i) => `text ${(row * 7 + i) % 90}`));
  const { distributions } = await inspect(await write(csv(names, rows)), CSV);
  expect(distributions?.columns).toHaveLength(1000);
  expect(distributions?.rows).toBeLessThanOrEqual(100);
  expect(JSON.stringify(distributions).length).toBeLessThan(500_000);
});

test('the most frequent texts come first, long ones are cut, and where each is another one none is named', async ({
  write,
}) => {
  const long = 'é'.repeat(400);
  const rows = Array.from({ length: 100 }, (_, row) => [
    row < 60 ? long : `text ${row % 20}`,
    `id ${row}`,
    row % 4 === 0 ? 'NA' : row % 2 === 0,
  ]);
  const profile = await inspect(await write(csv(['text', 'id', 'flag'], rows)), CSV);
  const { values, others } = of<TopValues>(profile, 'text');
  expect(values).toHaveLength(10);
  expect(values[0]).toEqual({ value: 'é'.repeat(50), count: 60 });
  expect(values.slice(1).map(({ count }) => count)).toEqual(new Array(9).fill(2));
  expect(others).toBe(22);
  expect(of<TopValues>(profile, 'id')).toEqual({ values: [], others: 100 });
  expect(of<TopValues>(profile, 'flag')).toEqual({
    values: [
      { value: 'false', count: 50 },
      { value: 'true', count: 25 },
    ],
    others: 0,
  });
});

test('numbers and dates of another form, late texts and empty columns are what their column was found to be', async ({
  write,
}) => {
  const rows = Array.from({ length: 40 }, (_, row) => [
    `"${row},5"`,
    `${String((row % 28) + 1).padStart(2, '0')}.02.2024`,
    row < 39 ? row : 'n/a?',
    '',
    `2024-01-01T00:${String(row).padStart(2, '0')}:00Z`,
  ]);
  const names = ['comma', 'date', 'late', 'empty', 'minutes'];
  const profile = await inspect(await write(csv(names, rows)), CSV);
  const comma = of<Histogram>(profile, 'comma');
  expect([comma.from, sum(comma.counts)]).toEqual([0.5, 40]);
  const date = of<Histogram>(profile, 'date');
  expect([date.from, sum(date.counts)]).toEqual([Date.UTC(2024, 1, 1), 40]);
  expect(of<TopValues>(profile, 'late')).toEqual({ values: [], others: 40 });
  expect(profile.distributions?.columns[3]).toBeNull();
  const minutes = of<Histogram>(profile, 'minutes');
  expect(minutes).toMatchObject({ from: Date.UTC(2024, 0, 1), counts: new Array(20).fill(2) });
});
