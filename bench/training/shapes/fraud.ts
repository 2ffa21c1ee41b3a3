import type { Column } from '#tabular';
import type { Random } from '../../../src/tabular/training/random.ts';
import { asClasses, categories, draw, named, normal, numbers } from '../columns.ts';

const COMPONENTS = 16;
const MERCHANTS = 300;

/** Payments, of which about one in two hundred is fraud: shifted in some components, at odd hours, with some merchants. */
export function fraud(rows: number, random: Random): Column[] {
  const isRisky = Array.from({ length: MERCHANTS }, () => random() < 0.05);
  const risky = [...isRisky.keys()].filter((merchant) => isRisky[merchant]);
  const is = Int32Array.from({ length: rows }, () => Number(random() < 0.005));
  const components = Array.from({ length: COMPONENTS }, (_, c) =>
    Float64Array.from(is, (fraudulent) => {
      const value = normal(random) * (1 + 0.5 * Number(random() < 0.05) * 6);
      if (!fraudulent || c > 7 || random() < 0.35) return value;
      return c < 4 ? value - 1.8 : value * 2.5;
    }),
  );
  return [
    ...named(components),
    numbers(
      'amount',
      rows,
      (i) => Math.round(100 * Math.exp((is[i] && random() < 0.5 ? 5 : 3) + 1.2 * normal(random))) / 100,
    ),
    numbers('hour', rows, (i) =>
      is[i] && random() < 0.5 ? Math.floor(6 * random()) : Math.floor(24 * random() ** 0.7),
    ),
    categories('merchant', MERCHANTS, rows, (i) =>
      is[i] && random() < 0.4
        ? risky[Math.floor(random() * risky.length)]!
        : Math.floor(MERCHANTS * random() ** 1.5),
    ),
    categories('card', ['debit', 'credit', 'prepaid'], rows, (i) =>
      draw(is[i] ? [30, 40, 30] : [55, 40, 5], random),
    ),
    asClasses(is),
  ];
}
