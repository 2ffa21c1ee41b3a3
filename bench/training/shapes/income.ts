import type { Column } from '#tabular';
import type { Random } from '../../../src/tabular/training/random.ts';
import { asClasses, categories, chance, draw, normal, numbers } from '../columns.ts';

const WORK = ['private', 'own', 'own, inc.', 'local', 'state', 'federal', 'none'];
const MARRIAGE = ['married', 'never', 'divorced', 'separated', 'widowed'];
const LANDS = 42;
const JOBS = 14;

/** Grown-ups and whether they earn much, as a census has them: gains that are 0 mostly, a few labels per column, 24 % yes. */
export function income(rows: number, random: Random): Column[] {
  const jobWorth = Array.from({ length: JOBS }, () => 0.9 * normal(random));
  const landWorth = Array.from({ length: LANDS }, () => 0.4 * normal(random));
  const people = Array.from({ length: rows }, () => {
    const age = Math.min(90, Math.max(17, Math.round(38 + 14 * normal(random))));
    const schooling = Math.min(16, Math.max(1, Math.round(10 + 2.6 * normal(random))));
    const job = Math.min(JOBS - 1, Math.max(0, Math.round(schooling / 2 + 3 * random())));
    const marriage = age < 25 ? draw([15, 80, 4, 1, 0], random) : draw([55, 22, 16, 3, 4], random);
    const hours = Math.min(99, Math.max(1, Math.round(40 + 11 * normal(random))));
    const gain = random() < 0.08 ? Math.round(Math.exp(8 + normal(random))) : 0;
    const loss = gain === 0 && random() < 0.047 ? Math.round(1870 + 380 * normal(random)) : 0;
    const isMan = random() < 0.67;
    const land = random() < 0.9 ? 0 : 1 + Math.floor((LANDS - 1) * random() ** 2);
    const work = draw([70, 8, 3, 6, 4, 3, 6], random);
    const score =
      -3.3 +
      (marriage === 0 ? 2.1 : 0) +
      0.32 * (schooling - 10) +
      jobWorth[job]! +
      (age < 25 ? -2 : -0.0022 * (age - 50) ** 2 + 0.5) +
      0.03 * (hours - 40) +
      (gain > 5000 ? 4 : gain > 0 ? -1 : 0) +
      (loss > 1800 ? 1.5 : 0) +
      (isMan ? 0.3 : 0) +
      landWorth[land]! +
      (work === 2 ? 0.7 : work === 1 ? -0.5 : 0) +
      (marriage === 0 && schooling > 12 ? 0.8 : 0);
    return {
      age,
      schooling,
      job,
      marriage,
      hours,
      gain,
      loss,
      isMan,
      land,
      work,
      earns: chance(score, random),
    };
  });
  const of = (i: number) => people[i]!;
  const shown = ['age', 'schooling', 'hours', 'gain', 'loss'] as const;
  return [
    ...shown.map((name) => numbers(name, rows, (i) => of(i)[name])),
    numbers('weight', rows, () => Math.round(Math.exp(12 + 0.5 * normal(random)))),
    categories('work', WORK, rows, (i) => (random() < 0.055 ? -1 : of(i).work)),
    categories('marriage', MARRIAGE, rows, (i) => of(i).marriage),
    categories('job', JOBS, rows, (i) => (random() < 0.055 ? -1 : of(i).job)),
    categories('sex', ['female', 'male'], rows, (i) => Number(of(i).isMan)),
    categories('land', LANDS, rows, (i) => of(i).land),
    asClasses(Int32Array.from(people, ({ earns }) => earns)),
  ];
}
