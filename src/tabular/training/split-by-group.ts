import { createRandom, shuffle } from './random.ts';
import type { Split } from './split.ts';

/**
 * Whole groups go to `test`, drawn by the seed, until that has about `share` of `rows`: at least one does, and one stays.
 *
 * @param groups of every row of the table, from 0 on; at least two among `rows`
 */
export function splitByGroup(rows: Int32Array, share: number, seed: number, groups: Int32Array): Split {
  const sizes = sizesOf(rows, groups);
  const order = drawn(sizes, seed, 'split');
  const wanted = rows.length * share;
  const tested = new Set<number>();
  let taken = 0;
  for (const group of order) {
    const size = sizes.get(group)!;
    const isNearer = Math.abs(taken + size - wanted) < Math.abs(taken - wanted);
    if (!isNearer || tested.size === sizes.size - 1) continue;
    tested.add(group);
    taken += size;
  }
  if (tested.size === 0) tested.add(order.reduce((a, b) => (sizes.get(b)! < sizes.get(a)! ? b : a)));
  return partsOf(rows, (row) => tested.has(groups[row]!));
}

/**
 * As scikit-learn's `GroupKFold`: each group is in one `test` part, the largest ones first into the part that has the
 * fewest rows. The seed decides between equals. There are no more splits than groups.
 */
export function foldsByGroup(rows: Int32Array, k: number, seed: number, groups: Int32Array): Split[] {
  const sizes = sizesOf(rows, groups);
  const order = drawn(sizes, seed, 'folds').sort((a, b) => sizes.get(b)! - sizes.get(a)!);
  const filled = new Array<number>(Math.min(k, sizes.size)).fill(0);
  const foldOf = new Map<number, number>();
  for (const group of order) {
    const fold = filled.indexOf(Math.min(...filled));
    filled[fold]! += sizes.get(group)!;
    foldOf.set(group, fold);
  }
  return filled.map((_, fold) => partsOf(rows, (row) => foldOf.get(groups[row]!) === fold));
}

/** Rows of each group. */
export function sizesOf(rows: Int32Array, groups: Int32Array): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const row of rows) sizes.set(groups[row]!, (sizes.get(groups[row]!) ?? 0) + 1);
  return sizes;
}

const drawn = (sizes: ReadonlyMap<number, number>, seed: number, stream: string): number[] => [
  ...shuffle(Int32Array.from(sizes.keys()), createRandom(seed, `${stream} by group`)),
];

function partsOf(rows: Int32Array, isTested: (row: number) => boolean): Split {
  return { train: rows.filter((row) => !isTested(row)), test: rows.filter(isTested) };
}
