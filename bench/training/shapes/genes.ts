import type { Column } from '#tabular';
import type { Random } from '../../../src/tabular/training/random.ts';
import { asClasses, named, normal, normals } from '../columns.ts';

const COLUMNS = 500;
const GROUPS = 10;

/** Few rows and many columns, in groups that go together, as measurements of genes do; two groups and a few columns tell. */
export function genes(rows: number, random: Random): Column[] {
  const factors = normals(GROUPS, rows, random);
  const columns = Array.from({ length: COLUMNS }, (_, c) => {
    const share = 0.3 + 0.6 * random();
    return factors[c % GROUPS]!.map((value) => share * value + Math.sqrt(1 - share ** 2) * normal(random));
  });
  return [
    ...named(columns),
    asClasses(
      Int32Array.from({ length: rows }, (_, i) => {
        const own = columns.slice(20, 26).reduce((sum, column) => sum + column[i]!, 0);
        return Number(factors[0]![i]! - factors[1]![i]! + 0.5 * own + 0.7 * normal(random) > 0);
      }),
    ),
  ];
}
