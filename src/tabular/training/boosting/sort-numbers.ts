/** Fewer are sorted as fast without counting. */
const MIN_COUNT = 2000;
const BITS = 11;
const DIGITS = 1 << BITS;
/** Runs whose keys are the same are short in most columns. */
const LONG_RUN = 16;

/**
 * Sorts numbers (no NaN) ascending, in place: by their upper 32 bits in three passes of counting (radix sort; Knuth,
 * The Art of Computer Programming, 5.2.5), then what those bits do not tell apart. Several times as fast as comparing.
 */
export function sortNumbers(numbers: Float64Array): Float64Array {
  const { length } = numbers;
  if (length < MIN_COUNT) return numbers.sort();
  let [from, to] = [Float64Array.from(numbers), new Float64Array(length)];
  let [keys, nextKeys] = [sortKeys(from), new Uint32Array(length)];
  for (let own = 0; own < 32; own += BITS) {
    const places = new Uint32Array(DIGITS + 1);
    for (let i = 0; i < length; i++) places[((keys[i]! >>> own) & (DIGITS - 1)) + 1]!++;
    for (let digit = 0; digit < DIGITS; digit++) places[digit + 1]! += places[digit]!;
    for (let i = 0; i < length; i++) {
      const key = keys[i]!;
      const place = places[(key >>> own) & (DIGITS - 1)]!++;
      to[place] = from[i]!;
      nextKeys[place] = key;
    }
    [from, to] = [to, from];
    [keys, nextKeys] = [nextKeys, keys];
  }
  for (let start = 0, end = 1; start < length; start = end++) {
    while (end < length && keys[end] === keys[start]) end++;
    if (end - start > LONG_RUN) from.subarray(start, end).sort();
    else if (end - start > 1) sortFew(from, start, end);
  }
  numbers.set(from);
  return numbers;
}

/** The upper halves, as whole numbers in the numbers' order: negative ones are stored by their size, the sign apart. */
function sortKeys(numbers: Float64Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const view = new DataView(numbers.buffer, numbers.byteOffset);
  const keys = new Uint32Array(numbers.length);
  for (let i = 0; i < keys.length; i++) {
    const upper = view.getInt32(8 * i + 4, true);
    keys[i] = upper < 0 ? ~upper : upper | 0x80000000;
  }
  return keys;
}

function sortFew(numbers: Float64Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const number = numbers[i]!;
    let at = i;
    for (; at > start && numbers[at - 1]! > number; at--) numbers[at] = numbers[at - 1]!;
    numbers[at] = number;
  }
}
