import { expect, test } from 'vitest';
import { eigen } from '../../../../src/tabular/training/linear/eigen.ts';
import { createRandom } from '../../../../src/tabular/training/random.ts';

function at(size: number): { row: number; column: number }[] {
  return Array.from({ length: size ** 2 }, (_, k) => ({ row: Math.floor(k / size), column: k % size }));
}

test.each([1, 2, 3, 7, 30])('a symmetric matrix of %d rows is made of its eigenvectors', (size) => {
  const random = createRandom(size);
  const drawn = Array.from({ length: size ** 2 }, () => random() - random());
  const matrix = Float64Array.from(
    at(size),
    ({ row, column }) => drawn[row * size + column]! + drawn[column * size + row]!,
  );
  const { values, vectors } = eigen(matrix.slice(), size);
  const sum = (term: (e: number) => number) => values.reduce((total, _, e) => total + term(e), 0);
  for (const { row, column } of at(size)) {
    const made = sum((e) => values[e]! * vectors[row * size + e]! * vectors[column * size + e]!);
    expect(made).toBeCloseTo(matrix[row * size + column]!, 10);
    const product = sum((k) => vectors[k * size + row]! * vectors[k * size + column]!);
    expect(product).toBeCloseTo(Number(row === column), 10);
  }
});

test('a matrix that is 0, or a diagonal, is what it is', () => {
  expect([...eigen(Float64Array.of(0, 0, 0, 0), 2).values]).toEqual([0, 0]);
  expect([...eigen(Float64Array.of(3, 0, 0, -1), 2).values]).toEqual([3, -1]);
});
