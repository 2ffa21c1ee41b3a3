/** Slots filled before the index doubles. */
const FULL = 0.5;
const FIRST_SLOTS = 1024;

/**
 * Gives each different text of a column a code, 0, 1, 2 …, by its 64-bit hash alone: looking a text up neither
 * copies nor decodes it, which is what reading text from DuckDB mostly costs. Two texts of one hash would share a
 * code; among ten million different ones the odds of a single such pair are one in 370 000.
 */
export class LabelIndex {
  readonly labels: string[] = [];
  #mask = FIRST_SLOTS - 1;
  /** Open addressing with linear probing; pairs of low and high halves, and a code for each (-1: free). */
  #hashes = new Uint32Array(2 * FIRST_SLOTS);
  #codes = new Int32Array(FIRST_SLOTS).fill(-1);

  /**
   * Code of the text with this hash.
   * @param label reads the text itself; called the first time its hash is seen
   */
  codeOf(low: number, high: number, label: () => string): number {
    const slot = this.#find(low, high);
    const known = this.#codes[slot]!;
    if (known >= 0) return known;
    const code = this.labels.push(label()) - 1;
    this.#put(slot, low, high, code);
    if (this.labels.length > FULL * this.#codes.length) this.#double();
    return code;
  }

  #find(low: number, high: number): number {
    const hashes = this.#hashes;
    const codes = this.#codes;
    let slot = low & this.#mask;
    while (codes[slot]! >= 0 && (hashes[2 * slot] !== low || hashes[2 * slot + 1] !== high))
      slot = (slot + 1) & this.#mask;
    return slot;
  }

  #put(slot: number, low: number, high: number, code: number): void {
    this.#hashes[2 * slot] = low;
    this.#hashes[2 * slot + 1] = high;
    this.#codes[slot] = code;
  }

  #double(): void {
    const [hashes, codes] = [this.#hashes, this.#codes];
    this.#mask = 2 * codes.length - 1;
    this.#hashes = new Uint32Array(2 * hashes.length);
    this.#codes = new Int32Array(2 * codes.length).fill(-1);
    for (let slot = 0; slot < codes.length; slot++) {
      const code = codes[slot]!;
      if (code < 0) continue;
      const [low, high] = [hashes[2 * slot]!, hashes[2 * slot + 1]!];
      this.#put(this.#find(low, high), low, high, code);
    }
  }
}
