/** A source of numbers in [0, 1). */
export type Random = () => number;

/** Seeds are whole numbers from 0 to this; a larger one would give the numbers of a smaller one again. */
export const MAX_SEED = 2 ** 32 - 1;

/**
 * Seeded random numbers: mulberry32 (T. Ettinger, 2017, public domain), period 2^32, enough for shuffles and
 * samples. The same seed and stream give the same numbers on every machine.
 *
 * @param stream keeps independent uses of one seed (split, folds, search …) from sharing their numbers
 */
export function createRandom(seed: number, stream = ''): Random {
  let state = seed | 0;
  for (let i = 0; i < stream.length; i++) state = Math.imul(state ^ stream.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

/** Fisher–Yates, in place. */
export function shuffle<T extends Int32Array | Float64Array>(items: T, random: Random): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const kept = items[i]!;
    items[i] = items[j]!;
    items[j] = kept;
  }
  return items;
}

/** `count` of `items`, without replacement, in their original order; all of them when there are no more. */
export function sample(items: Int32Array, count: number, random: Random): Int32Array {
  if (items.length <= count) return items;
  // Selection sampling (Knuth, TAOCP 3.4.2, algorithm S).
  const chosen = new Int32Array(count);
  let taken = 0;
  for (let i = 0; taken < count; i++) {
    if ((items.length - i) * random() < count - taken) chosen[taken++] = items[i]!;
  }
  return chosen;
}
