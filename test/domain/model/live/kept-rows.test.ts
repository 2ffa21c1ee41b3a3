import { expect, test } from 'vitest';
import { keptRows } from '../../../../src/domain/model/live/kept-rows.ts';

/** Of one row, whose second class is the most probable. */
const predicted = (classes: number) => ({
  task: 'classification' as const,
  classes: Array.from({ length: classes }, (_, k) => `class ${k}`),
  codes: Int32Array.of(1),
  probabilities: Float64Array.from({ length: classes }, (_, k) => (k === 1 ? 0.5 : 0.5 / (classes - 1))),
});

test('of three to twenty classes all probabilities are kept, of others that of the class predicted alone', () => {
  const bytes = (classes: number) => {
    const [row] = keptRows(['key'], predicted(classes));
    expect(row).toMatchObject({ key: 'key', class: 1, value: 0.5 });
    return row?.probabilities && Buffer.from(row.probabilities.slice('\\x'.length), 'hex').length;
  };
  expect([2, 3, 20, 21, 1000].map(bytes)).toEqual([undefined, 12, 80, undefined, undefined]);
});

test('what is no number is not kept', () => {
  const values = Float64Array.of(1, Number.NaN, 3);
  expect(keptRows(['a', 'b', 'c'], { task: 'regression', values })).toEqual([
    { key: 'a', class: null, value: 1 },
    { key: 'c', class: null, value: 3 },
  ]);
});
