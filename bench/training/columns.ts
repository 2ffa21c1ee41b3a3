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
