import type { Column } from '#tabular';
import type { Random } from '../../../src/tabular/training/random.ts';
import { asClasses, categories, chance, normal } from '../columns.ts';

const LEVELS = [6000, 3500, 1500, 400, 120, 60, 30];

/** Who is granted access to what: nothing but labels, thousands of them in some columns, and pairs that go together. */
export function access(rows: number, random: Random): Column[] {
  const worth = LEVELS.map((count) => Float64Array.from({ length: count }, () => normal(random)));
  const codes = LEVELS.map((count) =>
    Int32Array.from({ length: rows }, () => Math.floor(count * random() ** 2.2)),
  );
  const granted = Int32Array.from({ length: rows }, (_, i) => {
    const of = (c: number) => worth[c]![codes[c]![i]!]!;
    return chance(1.4 + 1.1 * of(0) + 0.9 * of(1) + 0.6 * of(2) + 0.7 * of(3) * of(4) + 0.3 * of(5), random);
  });
  return [
    ...LEVELS.map((count, c) => categories(`c${c}`, count, rows, (i) => codes[c]![i]!)),
    asClasses(granted),
  ];
}
