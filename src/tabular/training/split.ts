import { createRandom, shuffle } from './random.ts';

export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Seeded random split of `rows`; both parts keep their order. With `codes` (class of every row of the table) each
 * class is split in the same proportion, by largest remainder, and a class's only row goes to `train`.
 *
 * @param share of the rows that go to `test`, at least one
 */
export function splitRows(rows: Int32Array, share: number, seed: number, codes?: Int32Array): Split {
  const random = createRandom(seed, 'split');
  const wanted = Math.max(1, Math.round(rows.length * share));
  const groups = codes ? byClass(rows, codes) : [rows];
  const counts = allot(
    groups.map((group) => group.length),
    wanted,
  );
  const test: number[] = [];
  groups.forEach((group, g) => {
    for (const row of shuffle(group.slice(), random).subarray(0, counts[g])) test.push(row);
  });
  return complementOf(rows, test);
}

/** `k` splits of `rows`; every row is in exactly one `test` part. Stratified by `codes` as above. */
export function foldRows(rows: Int32Array, k: number, seed: number, codes?: Int32Array): Split[] {
  const random = createRandom(seed, 'folds');
  const folds = Array.from({ length: k }, (): number[] => []);
  let next = 0;
  // Dealing class after class from one running position keeps both the classes and the folds' sizes even.
  for (const group of codes ? byClass(rows, codes) : [rows]) {
    for (const row of shuffle(group.slice(), random)) folds[next++ % k]!.push(row);
  }
  return folds.map((test) => complementOf(rows, test));
}

function byClass(rows: Int32Array, codes: Int32Array): Int32Array[] {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const group = groups.get(codes[row]!);
    if (group) group.push(row);
    else groups.set(codes[row]!, [row]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => Int32Array.from(group));
}

/** How many of each group go to the test part: proportional, largest remainders first, one of each stays. */
function allot(sizes: readonly number[], wanted: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (size * wanted) / total);
  const counts = exact.map((share, g) => Math.min(Math.floor(share), sizes[g]! - 1));
  const order = exact.map((_, g) => g).sort((a, b) => exact[b]! - counts[b]! - (exact[a]! - counts[a]!));
  let left = wanted - counts.reduce((sum, count) => sum + count, 0);
  for (const g of order) {
    if (left > 0 && counts[g]! < sizes[g]! - 1) {
      counts[g]!++;
      left--;
    }
  }
  return counts;
}

/** @param test some of `rows`, in any order; `rows` ascend */
function complementOf(rows: Int32Array, test: readonly number[]): Split {
  const isTest = new Uint8Array((rows.at(-1) ?? -1) + 1);
  for (const row of test) isTest[row] = 1;
  return { train: rows.filter((row) => !isTest[row]), test: rows.filter((row) => isTest[row]) };
}
