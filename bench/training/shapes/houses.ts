import type { Column } from '#tabular';
import type { Random } from '../../../src/tabular/training/random.ts';
import { categories, draw, normal, numbers } from '../columns.ts';

const PLACES = 25;
const KINDS = ['detached', 'terraced', 'flat', 'duplex'];
const CONDITIONS = ['poor', 'fair', 'typical', 'good', 'excellent'];
/** Of the rows: prices with a digit too many, or more. */
const ABSURD = 0.005;

/**
 * Prices of houses: products of size, place and quality, so that they are skewed; one in two hundred is ten to eighty
 * times too high. Twelve columns say next to nothing.
 */
export function houses(rows: number, random: Random): Column[] {
  const placeWorth = Array.from({ length: PLACES }, () => 0.25 * normal(random));
  const sold = Array.from({ length: rows }, () => {
    const place = Math.floor(PLACES * random() ** 1.6);
    const kind = draw([60, 20, 15, 5], random);
    const living = 110 * Math.exp(0.35 * normal(random)) * [1.15, 0.95, 0.7, 1][kind]!;
    const plot = kind === 2 ? Number.NaN : living * Math.exp(1.2 + 0.6 * normal(random));
    const built = Math.round(2010 - 110 * random() ** 1.5);
    const renewed = random() < 0.3 ? built + Math.floor((2010 - built) * random()) : Number.NaN;
    const quality = Math.min(10, Math.max(1, Math.round(5.5 + (built - 1960) / 40 + 1.4 * normal(random))));
    const condition = draw([2, 8, 55, 25, 10], random);
    const rooms = Math.max(1, Math.round(living / 24 + 0.8 * normal(random)));
    const baths = 1 + Number(living > 130) + Number(random() < 0.2);
    const garage = Math.max(0, Math.round(1 + (quality - 5) / 3 + 0.6 * normal(random)));
    const cellar = random() < 0.15 ? 0 : living * 0.45 * Math.exp(0.25 * normal(random));
    const age = 2010 - (Number.isNaN(renewed) ? built : (built + renewed) / 2);
    const log =
      7.3 +
      0.75 * Math.log(living) +
      0.12 * Math.log(Number.isNaN(plot) ? 60 : plot) +
      0.11 * quality +
      placeWorth[place]! -
      0.0035 * age +
      0.04 * (condition - 2) +
      0.05 * garage +
      0.03 * baths +
      0.0006 * cellar +
      (quality > 7 && placeWorth[place]! > 0.15 ? 0.12 : 0) -
      (kind === 2 && age > 50 ? 0.15 : 0) +
      0.09 * normal(random);
    const price = Math.round(Math.exp(log) / 100) * 100;
    const isAbsurd = random() < ABSURD;
    const values = {
      place,
      kind,
      living,
      plot,
      built,
      renewed,
      quality,
      condition,
      rooms,
      baths,
      garage,
      cellar,
    };
    return { ...values, price: isAbsurd ? Math.round(price * (10 + 70 * random())) : price };
  });
  const of = (i: number) => sold[i]!;
  const measured = ['living', 'plot', 'cellar'] as const;
  const counted = ['built', 'renewed', 'quality', 'rooms', 'baths', 'garage'] as const;
  return [
    ...measured.map((name) => numbers(name, rows, (i) => Math.round(of(i)[name]))),
    ...counted.map((name) => numbers(name, rows, (i) => of(i)[name])),
    categories('place', PLACES, rows, (i) => of(i).place),
    categories('kind', KINDS, rows, (i) => of(i).kind),
    categories('condition', CONDITIONS, rows, (i) => of(i).condition),
    ...Array.from({ length: 7 }, (_, c) => numbers(`n${c}`, rows, () => Math.round(20 * random() ** 3))),
    ...Array.from({ length: 5 }, (_, c) => categories(`t${c}`, 4, rows, () => draw([80, 10, 6, 4], random))),
    numbers('target', rows, (i) => of(i).price),
  ];
}
