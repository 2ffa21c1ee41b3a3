const FIRST_SLOTS = 1024;
const FIRST_BYTES = 16_384;
/** Slots filled before the table doubles. */
const FULL = 0.5;

/**
 * Numbers 0, 1, 2 … for the different texts of a column, in the order they come. Texts are told apart by their
 * bytes, so that one seen before costs no string. Open addressing over the FNV-1a hash.
 */
export class LabelTable {
  readonly labels: string[] = [];
  /** Entry + 1 of each slot; 0: free. */
  #slots = new Int32Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS);
  /** Where each entry's bytes end in `#texts`; entry 0 begins at 0. */
  #ends = new Int32Array(FIRST_SLOTS);
  #texts = Buffer.allocUnsafeSlow(FIRST_BYTES);

  entryOf(bytes: Buffer, start: number, end: number): number {
    // As a signed number, which is what the products are.
    let hash = 0x811c9dc5 | 0;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.#slots[slot]!; entry > 0; entry = this.#slots[slot]!) {
      if (this.#hashes[entry - 1] === hash && this.#equals(entry - 1, bytes, start, end)) return entry - 1;
      slot = (slot + 1) & mask;
    }
    return this.#add(slot, hash, bytes, start, end);
  }

  #equals(entry: number, bytes: Buffer, start: number, end: number): boolean {
    const from = entry === 0 ? 0 : this.#ends[entry - 1]!;
    if (this.#ends[entry]! - from !== end - start) return false;
    const texts = this.#texts;
    for (let i = 0; i < end - start; i++) if (texts[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #add(slot: number, hash: number, bytes: Buffer, start: number, end: number): number {
    const entry = this.labels.push(bytes.toString('utf8', start, end)) - 1;
    const from = entry === 0 ? 0 : this.#ends[entry - 1]!;
    const needed = from + end - start;
    if (needed > this.#texts.length) {
      const larger = Buffer.allocUnsafeSlow(2 * needed);
      this.#texts.copy(larger, 0, 0, from);
      this.#texts = larger;
    }
    bytes.copy(this.#texts, from, start, end);
    this.#ends[entry] = needed;
    this.#hashes[entry] = hash;
    this.#slots[slot] = entry + 1;
    if (this.labels.length > FULL * this.#slots.length) this.#double();
    return entry;
  }

  #double(): void {
    const size = 2 * this.#slots.length;
    const [ends, hashes] = [this.#ends, this.#hashes];
    this.#ends = new Int32Array(size);
    this.#ends.set(ends);
    this.#hashes = new Int32Array(size);
    this.#hashes.set(hashes);
    this.#slots = new Int32Array(size);
    for (let entry = 0; entry < this.labels.length; entry++) {
      let slot = this.#hashes[entry]! & (size - 1);
      while (this.#slots[slot]! > 0) slot = (slot + 1) & (size - 1);
      this.#slots[slot] = entry + 1;
    }
  }
}
