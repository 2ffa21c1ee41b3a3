import type { Column } from '#tabular';
import type { Random } from '../../../src/tabular/training/random.ts';
import { asClasses, named, normal } from '../columns.ts';

const NUMBERS = 73;
const CARDINALITIES = [
  2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 8, 10, 12, 15, 20, 30, 50, 120, 250, 400, 800,
];
/** What a customer is like: it shows in many columns, so that they go together as they do in real tables. */
const TRAITS = 8;

/**
 * Customers who leave or stay, as such tables come: 73 numbers (some skewed, some with gaps, most of them correlated)
 * and 27 categories of 2 to 800 labels, of which few are frequent and most rare; a quarter leave. What decides is
 * mostly additive: numbers, and labels of columns with few and with hundreds of them.
 */
export function churn(rows: number, random: Random): Column[] {
  const traits = Array.from({ length: TRAITS }, () => draws(rows, () => normal(random)));
  const numbers = Array.from({ length: NUMBERS }, (_, c) => {
    const trait = traits[c % TRAITS]!;
    const share = 0.9 * random();
    const noise = Math.sqrt(1 - share * share);
    return draws(rows, (i) => share * trait[i]! + noise * normal(random));
  });
  const slopes = numbers.map(() => (random() < 0.4 ? 0.2 * normal(random) : 0));
  const categories = CARDINALITIES.map((count, c) => {
    const trait = traits[c % TRAITS]!;
    const skew = 1 + 2 * random();
    const pull = random();
    return Int32Array.from({ length: rows }, (_, i) => {
      const place = 1 / (1 + Math.exp(-(pull * trait[i]! + normal(random))));
      return Math.min(count - 1, Math.floor(place ** skew * count));
    });
  });
  const effects = CARDINALITIES.map((count) => {
    const size = random() < 0.6 ? 0.5 : 0.05;
    return Float64Array.from({ length: count }, () => size * normal(random));
  });
  const leaves = Int32Array.from({ length: rows }, (_, i) => {
    let score = -1.4;
    numbers.forEach((values, c) => {
      score += slopes[c]! * values[i]!;
    });
    categories.forEach((codes, c) => {
      score += effects[c]![codes[i]!]!;
    });
    return Number(random() < 1 / (1 + Math.exp(-score)));
  });
  const shown = numbers.map((values, c) => {
    const isSkewed = c % 3 === 0;
    const gaps = c % 5 === 0 ? 0.08 : 0;
    return values.map((value) => {
      if (random() < gaps) return Number.NaN;
      return isSkewed ? Math.round(100 * Math.exp(3 + value)) / 100 : value;
    });
  });
  return [
    ...named(shown),
    ...categories.map(
      (codes, c): Column => ({
        kind: 'category',
        name: `c${c}`,
        codes: c % 6 === 5 ? codes.map((code) => (random() < 0.05 ? -1 : code)) : codes,
        labels: Array.from({ length: CARDINALITIES[c]! }, (_, k) => `c${c} label ${k}`),
      }),
    ),
    asClasses(leaves),
  ];
}

function draws(rows: number, draw: (row: number) => number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => draw(i));
}
