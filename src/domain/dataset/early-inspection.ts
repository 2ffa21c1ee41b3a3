import type { Arriving } from '../../adapters/storage/storage.ts';
import type { InspectedTable } from '../../vocabulary/tables.ts';

/** With fewer bytes there is nothing to be gained. */
const EARLY_BYTES = 8 * 1024 * 1024;

/**
 * The inspection of a large table that begins while it arrives: what it refuses is not received any further. Disposed, it
 * is given up.
 */
export class EarlyInspection implements Disposable {
  readonly #inspect: (place: Arriving, signal: AbortSignal) => Promise<InspectedTable | undefined>;
  readonly #giveUp = new AbortController();
  #place: Arriving | undefined;
  #outcome: Promise<InspectedTable | undefined> | undefined;
  #refusal: { readonly error: unknown } | undefined;

  /** @param inspect gives undefined where it is better done when all is there */
  constructor(inspect: (place: Arriving, signal: AbortSignal) => Promise<InspectedTable | undefined>) {
    this.#inspect = inspect;
  }

  /** To be told where the bytes are. */
  readonly at = (place: Arriving): void => {
    this.#place = place;
  };

  /** Lets the bytes pass. @throws what the inspection throws, as soon as it does */
  async *watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of source) {
      if (this.#refusal) throw this.#refusal.error;
      bytes += chunk.byteLength;
      yield chunk;
      if (bytes >= EARLY_BYTES && this.#place && !this.#outcome) this.#begin(this.#place);
    }
  }

  /** What it found; undefined when there is none and the table is to be inspected now. */
  async found(): Promise<InspectedTable | undefined> {
    return this.#outcome;
  }

  [Symbol.dispose](): void {
    this.#giveUp.abort();
  }

  #begin(place: Arriving): void {
    this.#outcome = this.#inspect(place, this.#giveUp.signal);
    this.#outcome.catch((error: unknown) => {
      this.#refusal = { error };
    });
  }
}
