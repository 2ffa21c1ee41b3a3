import type { Column } from '#tabular';
import type { Random } from '../../../src/tabular/training/random.ts';
import { asClasses, categories, chance, draw, normal, numbers } from '../columns.ts';

/** Passengers of a ship, of which some survive: few rows, mixed columns, a fifth of the ages and most decks missing. */
export function titanic(rows: number, random: Random): Column[] {
  const passengers = Array.from({ length: rows }, () => {
    const rank = draw([24, 21, 55], random);
    const isWoman = random() < 0.35;
    const age = Math.max(0.5, 38 - 6 * rank + 14 * normal(random));
    const siblings = draw([68, 23, 3, 2, 2, 1, 1], random);
    const parents = age < 16 ? draw([20, 50, 30], random) : draw([80, 12, 6, 1, 1], random);
    const people = 1 + siblings + parents;
    const fare = Math.exp([4.2, 2.8, 2.2][rank]! + 0.35 * normal(random)) * people ** 0.6;
    const port = draw([72, 19, 9], random);
    const deck = random() < [0.8, 0.1, 0.03][rank]! ? Math.min(6, draw([3, 9, 12, 7, 7, 3, 1], random)) : -1;
    const score =
      (isWoman ? 2.2 - (rank === 2 ? 1.8 : 0) : -1.5) +
      [0.9, 0.1, -0.4][rank]! +
      (age < 12 ? 1.6 - 0.3 * siblings : -0.012 * (age - 30)) -
      (people > 4 ? 1.3 : 0) +
      (port === 1 ? 0.4 : 0) +
      0.3 * normal(random);
    return { rank, isWoman, age, siblings, parents, fare, port, deck, survived: chance(score, random) };
  });
  const of = (i: number) => passengers[i]!;
  return [
    numbers('rank', rows, (i) => of(i).rank + 1),
    categories('sex', ['male', 'female'], rows, (i) => Number(of(i).isWoman)),
    numbers('age', rows, (i) => (random() < 0.2 ? Number.NaN : Math.round(of(i).age * 2) / 2)),
    numbers('siblings', rows, (i) => of(i).siblings),
    numbers('parents', rows, (i) => of(i).parents),
    numbers('fare', rows, (i) => Math.round(of(i).fare * 100) / 100),
    categories('port', ['S', 'C', 'Q'], rows, (i) => (random() < 0.003 ? -1 : of(i).port)),
    categories('deck', [...'ABCDEFG'], rows, (i) => of(i).deck),
    asClasses(Int32Array.from(passengers, ({ survived }) => survived)),
  ];
}
