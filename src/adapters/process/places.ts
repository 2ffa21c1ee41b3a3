import { AppError } from '../../errors.ts';
import type { RejectionReason } from '../../vocabulary/overload.ts';

export interface Waiting {
  /** Nobody is let in who would wait longer, and nobody waits longer. */
  readonly maxSeconds: number;
  readonly onRejected: (reason: RejectionReason) => void;
}

export interface Turn {
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Of one who has more to lose than the others: waits so long, if that is longer. */
  readonly patienceSeconds?: number | undefined;
}

/** What one place takes to come free is averaged over about so many times. */
const REMEMBERED = 5;
/** Later than that nobody knows any more how long it will take. */
const MAX_RETRY_SECONDS = 60;

/** Lets at most `limit` pieces of work run at once; the others wait, first come, first served, but not for ever. */
export class Places {
  readonly #maxSeconds: number;
  readonly #onRejected: Waiting['onRejected'];
  readonly #now: () => number;
  #free: number;
  readonly #waiting: (() => void)[] = [];
  /** Seconds between two places that came free while none was. */
  #pace = 0;
  /** When the last place was taken or came free. */
  #since = 0;

  /** @param now seconds, from any beginning */
  constructor(limit: number, { maxSeconds, onRejected }: Waiting, now = () => performance.now() / 1000) {
    this.#free = limit;
    this.#maxSeconds = maxSeconds;
    this.#onRejected = onRejected;
    this.#now = now;
  }

  /** How many could begin at once. */
  get free(): number {
    return this.#free;
  }

  /**
   * To be asked before anything is done for somebody who will want a place.
   * @throws {AppError} `overloaded` when one who comes now would wait too long
   */
  admit(): void {
    const seconds = this.#expectedSeconds();
    if (seconds > this.#maxSeconds) throw this.#rejection('queue_full', seconds);
  }

  /**
   * Runs `work` when there is room.
   * @throws what `work` throws; the signal's reason when it is given up before
   * @throws {AppError} `overloaded` where it would wait too long, or has
   */
  async run<T>(work: () => Promise<T>, turn: Turn = {}): Promise<T> {
    if (this.#free > 0) {
      this.#free--;
      this.#since = this.#now();
    } else await this.#room(turn);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** The first place, as late as it already is or as late as usual, and then one after the other. */
  #expectedSeconds(): number {
    if (this.#free > 0) return 0;
    return Math.max(this.#pace, this.#now() - this.#since) + this.#pace * this.#waiting.length;
  }

  #room({ signal, patienceSeconds = 0 }: Turn): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const maxSeconds = Math.max(this.#maxSeconds, patienceSeconds);
    const seconds = this.#expectedSeconds();
    if (seconds > maxSeconds) return Promise.reject(this.#rejection('queue_full', seconds));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    };
    const leave = (error: unknown) => {
      stopWaiting();
      this.#waiting.splice(this.#waiting.indexOf(begin), 1);
      reject(error);
    };
    const giveUp = () => leave(signal?.reason);
    const begin = () => {
      stopWaiting();
      resolve();
    };
    const timer = setTimeout(
      () => leave(this.#rejection('timeout', this.#expectedSeconds())),
      maxSeconds * 1000,
    );
    this.#waiting.push(begin);
    signal?.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  #leave(): void {
    if (this.#free === 0) this.#learn();
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }

  #learn(): void {
    const now = this.#now();
    // One that took for ever does not say that the next ones will.
    const seconds = Math.min(now - this.#since, this.#maxSeconds);
    this.#pace += (seconds - this.#pace) / REMEMBERED;
    this.#since = now;
  }

  #rejection(reason: RejectionReason, seconds: number): AppError {
    this.#onRejected(reason);
    const retryAfterSeconds = Math.min(Math.max(1, Math.ceil(seconds)), MAX_RETRY_SECONDS);
    return new AppError('overloaded', 'Too many others are being served; try again later.', {
      retryAfterSeconds,
    });
  }
}
