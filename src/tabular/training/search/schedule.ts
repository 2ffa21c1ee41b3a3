import type { BoostingCandidate } from './space.ts';

/**
 * Hands out candidates in their order, but none that would not end in time, as far as those that ended let tell; what
 * helps most comes first, and what is left of the time goes to the first that fits into it.
 */
export class Schedule {
  readonly #waiting: { readonly position: number; readonly candidate: BoostingCandidate }[];
  readonly #untilDeadline: () => number;
  #seconds = 0;
  #work = 0;
  #isFirst = true;

  /** @param untilDeadline seconds */
  constructor(candidates: readonly BoostingCandidate[], untilDeadline: () => number) {
    this.#waiting = candidates.map((candidate, position) => ({ position, candidate }));
    this.#untilDeadline = untilDeadline;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** The first is begun whatever it takes. */
  next(): { readonly position: number; readonly candidate: BoostingCandidate } | undefined {
    const left = this.#untilDeadline();
    const secondsPerWork = this.#work > 0 ? this.#seconds / this.#work : 0;
    const fits = this.#waiting.findIndex(
      ({ candidate }) => this.#isFirst || (left > 0 && secondsPerWork * workOf(candidate) <= left),
    );
    this.#isFirst = false;
    return fits < 0 ? undefined : this.#waiting.splice(fits, 1)[0];
  }

  ended(candidate: BoostingCandidate, seconds: number): void {
    this.#seconds += seconds;
    this.#work += workOf(candidate);
  }
}

/** What a candidate's time is about in proportion to: the cells a round reads, level by level, and the rounds. */
function workOf({ featureFraction, rowFraction, leaves, learningRate }: BoostingCandidate): number {
  return (featureFraction * rowFraction * Math.log2(leaves + 1)) / learningRate;
}
