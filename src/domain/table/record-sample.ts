/** So much of a text is kept; of a shorter one, all. */
const SAMPLE_BYTES = 16 << 20;
/** 2^32 over the golden ratio: its multiples are spread evenly over 32 bits, however many there are (Knuth, TAOCP 6.4). */
const GOLDEN = 0x9e3779b9;
const ABOVE_ALL = 2 ** 32;

interface Stretch {
  readonly number: number;
  readonly rank: number;
  readonly bytes: Buffer;
}

/**
 * Stretches of whole records of a text that is read once: those with unusual records first, then others from all over
 * it, the same for the same stretches. Memory does not grow with the text.
 */
export class RecordSample {
  /** The highest rank first. */
  #stretches: Stretch[] = [];
  #offered = 0;
  #bytes = 0;

  /** Whether no record was left out. */
  get isWhole(): boolean {
    return this.#stretches.length === this.#offered;
  }

  /** The records in their order. */
  get pieces(): Buffer[] {
    return this.#stretches.toSorted((a, b) => a.number - b.number).map(({ bytes }) => bytes);
  }

  /** @param records only used until it returns */
  offer(records: Buffer, isUnusual: boolean): void {
    const number = this.#offered++;
    const rank = (Math.imul(number, GOLDEN) >>> 0) + (isUnusual ? ABOVE_ALL : 0);
    const least = () => this.#stretches.at(-1)!;
    if (this.#bytes >= SAMPLE_BYTES && rank < least().rank) return;
    this.#stretches.push({ number, rank, bytes: Buffer.from(records) });
    this.#stretches.sort((a, b) => b.rank - a.rank);
    this.#bytes += records.length;
    while (this.#bytes - least().bytes.length >= SAMPLE_BYTES)
      this.#bytes -= this.#stretches.pop()!.bytes.length;
  }
}
