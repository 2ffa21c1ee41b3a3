import { expect, test } from 'vitest';
import { effectiveRows } from '../../../../src/tabular/training/effective-rows.ts';
import { planSearch } from '../../../../src/tabular/training/search/plan.ts';
import { allRows, trainingData } from '../training-data.ts';

const ROWS = 30_000;

/** One row in `every` is of the second class. */
const tableWith = (every: number) => {
  const codes = Int32Array.from({ length: ROWS }, (_, row) => Number(row % every === 0));
  return trainingData(
    {
      rows: ROWS,
      columns: [
        { kind: 'number', name: 'x', values: Float64Array.from({ length: ROWS }, (_, row) => row / 3) },
        { kind: 'category', name: 'target', labels: ['no', 'yes'], codes },
      ],
    },
    'target',
  );
};

test('a long table is searched by one split, but by folds where a class is so rare that a split holds a handful of it', () => {
  const plain = planSearch(tableWith(4), allRows(ROWS), 1);
  expect(plain).toMatchObject({ strategy: 'hold_out', isSmall: false });
  expect(plain.splits).toHaveLength(1);

  const rare = planSearch(tableWith(200), allRows(ROWS), 1);
  expect(rare).toMatchObject({ strategy: 'k_fold', isSmall: true });
  expect(rare.splits.map(({ test: tested }) => tested.filter((row) => row % 200 === 0).length)).toEqual(
    Array(5).fill(30),
  );
});

test('rows are worth as many of equally frequent classes as vary as much', () => {
  expect(effectiveRows(tableWith(2), allRows(ROWS))).toBeCloseTo(ROWS, 6);
  expect(effectiveRows(tableWith(200), allRows(ROWS))).toBeCloseTo(ROWS * 4 * 0.005 * 0.995, 6);
});
