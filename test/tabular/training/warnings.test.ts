import { describe, expect, test } from 'vitest';
import type { Column, Table } from '../../../src/tabular/table.ts';
import { createRandom } from '../../../src/tabular/training/random.ts';
import { train } from '../../../src/tabular/training/train.ts';
import type { TrainingWarning, TrainSpec } from '../../../src/tabular/training/types.ts';
import { readCsv } from './read-csv.ts';

const ROWS = 400;
/** Numbers from 0 to 1 without a rule: the same for the same stream. */
const noise = (stream: string, rows = ROWS): number[] => {
  const random = createRandom(1, stream);
  return Array.from({ length: rows }, random);
};
/** About normal: the sum of twelve. */
const bell = (stream: string, rows = ROWS): number[] => {
  const random = createRandom(2, stream);
  return Array.from({ length: rows }, () => Array.from({ length: 12 }, random).reduce((a, b) => a + b) - 6);
};

function table(columns: Readonly<Record<string, readonly (number | string)[]>>): Table {
  const of = (name: string, cells: readonly (number | string)[]): Column => {
    if (cells.every((cell) => typeof cell === 'number'))
      return { kind: 'number', name, values: Float64Array.from(cells) };
    const labels = [...new Set(cells.map(String))];
    return {
      kind: 'category',
      name,
      labels,
      codes: Int32Array.from(cells, (cell) => labels.indexOf(String(cell))),
    };
  };
  const all = Object.entries(columns).map(([name, cells]) => of(name, cells));
  return { rows: Object.values(columns)[0]!.length, columns: all };
}

async function warned(
  columns: Readonly<Record<string, readonly (number | string)[]>>,
  spec: Partial<TrainSpec> = {},
): Promise<readonly TrainingWarning[]> {
  const wanted: TrainSpec = { mode: 'light', target: 'target', seed: 42, params: {}, ...spec };
  return (await train(table(columns), wanted, { onProgress() {} })).warnings;
}
const codes = (warnings: readonly TrainingWarning[]) => warnings.map(({ code, column }) => [code, column]);

const [a, b] = [noise('a'), noise('b')];
const sums = a.map((value, i) => value + b[i]! / 2 + noise('error')[i]! / 2);
const yesOrNo = sums.map((value) => (value > 1 ? 'yes' : 'no'));

test('tables without oddities have no warnings', async () => {
  expect(await warned({ a, b, target: sums })).toEqual([]);
  expect(await warned({ a, b, target: yesOrNo })).toEqual([]);
  for (const name of ['wine', 'breast_cancer', 'diabetes']) {
    const real = readCsv(
      new URL(`../../data/${name}_train.csv`, import.meta.url),
      name === 'diabetes' ? [] : ['target'],
    );
    const spec = { mode: 'light', target: 'target', seed: 42, params: {} } as const;
    expect([name, (await train(real, spec, { onProgress() {} })).warnings]).toEqual([name, []]);
  }
});

describe('possible_leak', () => {
  const skewed = bell('skewed').map((value) => Math.exp(value));
  test.each([
    ['the target in other units', sums.map((value) => value * 2.54 + 3), sums],
    ['the target with a little noise', sums.map((value, i) => value + a[i]! / 50), sums],
    ['the logarithm of a skewed target', skewed.map(Math.sqrt), skewed.map((value) => Math.min(value, 3))],
    ['a number that parts the classes', sums.map((value) => value * 100), yesOrNo],
    ['a text that says the class', yesOrNo.map((value) => (value === 'yes' ? 'Y' : 'N')), yesOrNo],
  ])('is said of %s, and of no other column', async (_what, leak, target) => {
    const warnings = await warned({ a: noise('other'), leak, b: noise('more'), target });
    expect(codes(warnings)).toEqual([['possible_leak', 'leak']]);
    expect(warnings[0]?.message).toMatch(/^Column "leak" alone explains (9[89](\.\d)?|100) % of the target/);
  });

  test.each([
    ['a column that only helps a lot', sums.map((value, i) => value + noise('rest')[i]! / 2), sums],
    ['a column that is right nine times in ten', yesOrNo.map((value, i) => (i % 10 ? value : 'no')), yesOrNo],
    ['labels that occur once or twice', a.map((_, i) => `t${i % 300}`), yesOrNo],
  ])('is not said of %s', async (_what, column, target) => {
    const found = codes(await warned({ a: noise('other'), column, target }));
    expect(found).not.toContainEqual(['possible_leak', 'column']);
  });

  test('is not said of what agrees with the few rows of a rare class', async () => {
    const rare = a.map((_, i) => (i % 50 === 0 ? 'yes' : 'no'));
    const warnings = await warned({
      a,
      b,
      flag: rare.map((value) => (value === 'yes' ? 1 : 0)),
      target: rare,
    });
    expect(codes(warnings)).not.toContainEqual(['possible_leak', 'flag']);
  });
});

describe('few_rows_per_class and imbalance', () => {
  const withRare = (every: number) =>
    a.map((value, i) => (i % every === 0 ? 'rare' : value > 0.5 ? 'x' : 'y'));

  test('a class of fewer than 10 rows is few', async () => {
    const warnings = await warned({ a, b, target: withRare(50) });
    expect(codes(warnings)).toContainEqual(['few_rows_per_class', 'target']);
    expect(warnings.find(({ code }) => code === 'few_rows_per_class')?.message).toMatch(
      /^Class "rare" has only 8 rows/,
    );
  });

  test('several such classes are counted', async () => {
    const target = a.map((value, i) => (i < 12 ? `rare ${i % 3}` : value > 0.5 ? 'x' : 'y'));
    const [few] = (await warned({ a, b, target })).filter(({ code }) => code === 'few_rows_per_class');
    expect(few?.message).toMatch(/^3 classes have fewer than 10 rows/);
  });

  test('with a rare class no figure of it is as good as perfect, and a warning says why', async () => {
    for (const rare of [2, 3]) {
      const target = a.map((_, i) => (i < rare ? 'yes' : 'no'));
      const spec = { mode: 'light', target: 'target', seed: 42, params: {} } as const;
      const { metrics, warnings } = await train(table({ a, b, target }), spec, { onProgress() {} });
      expect(metrics).toMatchObject({ roc_auc: null, baseline: { roc_auc: null } });
      if (metrics.task === 'classification') expect(metrics.f1 ?? 0).toBeLessThan(0.9);
      const warning = warnings.find(({ code }) => code === 'few_rows_held_out');
      expect(warning?.message).toMatch(
        rare === 2 ? /^Of class "yes" no row/ : /^Of class "yes" hardly a row/,
      );
    }
  });

  test('ten times the rows of the rarest class is imbalance, with the advice that helps', async () => {
    const highest = sums.toSorted((x, y) => y - x)[25]!;
    const target = sums.map((value) => (value > highest ? 'yes' : 'no'));
    const message = async (params: TrainSpec['params']) =>
      (await warned({ a, b, target }, { params })).find(({ code }) => code === 'imbalance')?.message;
    expect(await message({})).toMatch(/^Class "no" has \d+ rows, "yes" \d+.*class_weight "balanced"\.$/);
    expect(await message({ class_weight: 'balanced' })).toMatch(/roc_auc\.$/);
  });

  test('nine times is not, and ten rows are enough', async () => {
    const target = a.map((value, i) => (i % 40 === 0 ? 'x' : i % 5 < 3 ? 'y' : value > 2 ? 'z' : 'w'));
    const found = codes(await warned({ a, b, target }));
    expect(found).not.toContainEqual(['few_rows_per_class', 'target']);
    const three = a.map((value, i) => (i % 8 === 0 ? 'x' : value > 0.5 ? 'y' : 'z'));
    expect(codes(await warned({ a, b, target: three }))).not.toContainEqual(['imbalance', 'target']);
  });
});

describe('heavy_tailed_target', () => {
  const normal = bell('normal');
  const informed = (target: readonly number[]) => ({
    a: target.map((value, i) => Math.min(value, 3) + 2 * a[i]!),
    target,
  });

  test.each([
    ['a few outliers', normal.map((value, i) => (i % 150 === 0 ? value + 50 : value))],
    ['a lognormal target', normal.map((value) => Math.exp(1.5 * value))],
  ])('is said of %s', async (_what, target) => {
    expect(codes(await warned(informed(target)))).toContainEqual(['heavy_tailed_target', 'target']);
  });

  test.each([
    ['a normal target', normal],
    ['an exponential one', a.map((value) => -Math.log(1 - value))],
    ['one outlier among few rows', normal.slice(0, 60).map((value, i) => (i === 7 ? 50 : value))],
  ])('is not said of %s', async (_what, target) => {
    expect(codes(await warned(informed(target)))).not.toContainEqual(['heavy_tailed_target', 'target']);
  });
});

describe('no_better_than_baseline', () => {
  test.each([
    ['numbers', noise('target')],
    ['classes', noise('target').map((value) => (value > 0.5 ? 'yes' : 'no'))],
  ])('is said of a model of columns that say nothing of %s', async (_what, target) => {
    const warnings = await warned({ a, b, target });
    expect(codes(warnings)).toEqual([['no_better_than_baseline', undefined]]);
  });

  test('is not said of a rare class that is told apart, though accuracy is that of the baseline', async () => {
    const target = sums.map((value, i) => (value > 1.3 && i % 2 === 0 ? 'yes' : 'no'));
    expect(codes(await warned({ a, b, target }))).not.toContainEqual(['no_better_than_baseline', undefined]);
  });
});

describe('search_cut_short', () => {
  /** So that the budget is used up from the beginning, however fast the machine is. */
  const LONG_AGO = performance.now() - 10_000;
  const rows = 6000;
  const columns = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x${i}`, noise(`x${i}`, rows)]));
  const target = columns['x0']!.map((value, i) => (value + columns['x1']![i]! > 1 ? 'yes' : 'no'));

  test('is said where the time budget left candidates out, with their number', async () => {
    const params = { max_trials: 200, time_budget_seconds: 1 };
    const warnings = await warned({ ...columns, target }, { mode: 'heavy', params });
    const [cut] = warnings.filter(({ code }) => code === 'search_cut_short');
    expect(cut?.message).toMatch(
      /^\d+ candidates were not begun, since the time budget of 1 s left no time for them/,
    );
  });

  test('and where boosting was ended while it still gained, with its rounds', async () => {
    const params = { max_trials: 2, time_budget_seconds: 1 };
    const long = await warned({ ...columns, target }, { mode: 'heavy', params, begunAt: LONG_AGO });
    const [cut] = long.filter(({ code }) => code === 'search_cut_short');
    expect(cut?.message).toMatch(/^Boosting was ended by the time budget of 1 s .* after \d+ rounds\./);
  });

  test('is not said where all were begun', async () => {
    const few = Object.fromEntries(
      Object.entries({ ...columns, target }).map(([name, cells]) => [name, cells.slice(0, 200)]),
    );
    const params = { max_trials: 2, time_budget_seconds: 600 };
    const warnings = await warned(few, { mode: 'heavy', params });
    const said = warnings.filter(({ code }) => code === 'search_cut_short' || code === 'over_budget');
    expect(said).toEqual([]);
  });

  test('over_budget is said where the least that is done took longer, with where the time went', async () => {
    const params = { max_trials: 2, time_budget_seconds: 1 };
    const warnings = await warned({ ...columns, target }, { mode: 'heavy', params, begunAt: LONG_AGO });
    const [over] = warnings.filter(({ code }) => code === 'over_budget');
    expect(over?.message).toMatch(
      /^The run took \d+ s, more than its time budget of 1 s: trying 2 candidates took [\d.]+ s, and fitting and measuring the model [\d.]+ s\./,
    );
  });
});

test('column_dropped is said of each column that no model can use, with the reason', async () => {
  const warnings = await warned({
    a,
    b,
    same: a.map(() => 'x'),
    empty: a.map(() => Number.NaN),
    copy: a,
    name: a.map((_, i) => `name ${i}`),
    target: sums,
  });
  expect(warnings.map(({ column, message }) => [column, message.split(': ')[1]])).toEqual([
    ['same', 'it has one value only.'],
    ['empty', 'it has no value.'],
    ['copy', 'it holds the same values as an earlier column.'],
    ['name', 'no value occurs twice, so that it says nothing of new rows.'],
  ]);
  expect(new Set(warnings.map(({ code }) => code))).toEqual(new Set(['column_dropped']));
});
