const FINEST_SCHEMA = 3;
const MAX_BUCKETS = 160;
/** Buckets come in blocks of so many, so that not each new one moves the others. */
const BLOCK = 8;

/** What is not above it counts as zero; Prometheus' own default. */
export const ZERO_THRESHOLD = 2 ** -128;

/**
 * Counts by the powers of 2^(2^-schema), as Prometheus' native histograms have them: bucket i holds what is above the
 * power i - 1 and not above the power i.
 */
export interface ExponentialCounts {
  readonly schema: number;
  readonly zeroCount: number;
  /** Number of the bucket that `counts` begins with. */
  readonly first: number;
  readonly counts: readonly number[];
}

/**
 * Buckets where the values are, each 9 % wide, in at most 1280 bytes: values that are further apart than a factor of a
 * million make every bucket twice as wide by its logarithm. No value of ours is negative; one that is would be a zero.
 */
export class ExponentialBuckets {
  #schema = FINEST_SCHEMA;
  #perOctave = 2 ** FINEST_SCHEMA;
  #zeroCount = 0;
  #first = 0;
  #counts: number[] = [];

  record(value: number): void {
    if (value <= ZERO_THRESHOLD) {
      this.#zeroCount++;
      return;
    }
    const bucket = Math.ceil(Math.log2(Math.min(value, Number.MAX_VALUE)) * this.#perOctave);
    let at = bucket - this.#first;
    if (at < 0 || at >= this.#counts.length) at = this.#makeRoomFor(bucket);
    this.#counts[at]!++;
  }

  value(): ExponentialCounts {
    return {
      schema: this.#schema,
      zeroCount: this.#zeroCount,
      first: this.#first,
      counts: this.#counts.slice(),
    };
  }

  /** @returns where the bucket stands now, or the one that has taken it in */
  #makeRoomFor(bucket: number): number {
    const isEmpty = this.#counts.length === 0;
    const lowest = isEmpty ? bucket : Math.min(bucket, this.#first);
    const highest = isEmpty ? bucket : Math.max(bucket, this.#first + this.#counts.length - 1);
    const first = Math.floor(lowest / BLOCK) * BLOCK;
    const length = (Math.floor(highest / BLOCK) + 1) * BLOCK - first;
    if (length > MAX_BUCKETS) {
      this.#halve();
      return this.#makeRoomFor(merged(bucket));
    }
    this.#counts = isEmpty
      ? zeros(length)
      : [
          ...zeros(this.#first - first),
          ...this.#counts,
          ...zeros(first + length - this.#first - this.#counts.length),
        ];
    this.#first = first;
    return bucket - first;
  }

  /** Half the resolution: two neighbours become one. */
  #halve(): void {
    const first = merged(this.#first);
    const counts = zeros(merged(this.#first + this.#counts.length - 1) - first + 1);
    for (const [i, count] of this.#counts.entries()) counts[merged(this.#first + i) - first]! += count;
    this.#counts = counts;
    this.#first = first;
    this.#schema--;
    this.#perOctave /= 2;
  }
}

const merged = (bucket: number) => Math.ceil(bucket / 2);

/** Not a typed array, which takes longer to copy: every scrape copies all of them. */
export const zeros = (length: number): number[] => Array.from({ length }, () => 0);
