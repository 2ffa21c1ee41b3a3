import type { Column } from '#tabular';
import type { Random } from '../../src/tabular/training/random.ts';

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function normals(count: number, rows: number, random: Random): Float64Array[] {
  return Array.from({ length: count }, () => Float64Array.from({ length: rows }, () => normal(random)));
}

export function named(values: readonly Float64Array[]): Column[] {
  return values.map((column, c) => ({ kind: 'number', name: `x${c}`, values: column }));
}

export function asClasses(codes: Float64Array | Int32Array): Column {
  const classes = Math.max(...new Set(codes)) + 1;
  return {
    kind: 'category',
    name: 'target',
    codes: Int32Array.from(codes),
    labels: Array.from({ length: classes }, (_, k) => String(k)),
  };
}

/** @param value of a row; NaN: missing */
export function numbers(name: string, rows: number, value: (row: number) => number): Column {
  return { kind: 'number', name, values: Float64Array.from({ length: rows }, (_, i) => value(i)) };
}

/** @param code of a row's label; −1: missing */
export function categories(
  name: string,
  labels: readonly string[] | number,
  rows: number,
  code: (row: number) => number,
): Column {
  const names =
    typeof labels === 'number' ? Array.from({ length: labels }, (_, k) => `${name} ${k}`) : labels;
  return {
    kind: 'category',
    name,
    labels: names,
    codes: Int32Array.from({ length: rows }, (_, i) => code(i)),
  };
}

/** A position in the weights, in proportion to them. */
export function draw(weights: readonly number[], random: Random): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(
    0,
    weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    }),
  );
}

export function chance(score: number, random: Random): number {
  return Number(random() < 1 / (1 + Math.exp(-score)));
}
