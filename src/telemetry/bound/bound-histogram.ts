import type { Attributes, SpanContext } from '@opentelemetry/api';
import { hrTime } from '@opentelemetry/core';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import type { Exemplar } from './exemplar.ts';
import { ExponentialBuckets, type ExponentialCounts, zeros } from './exponential-buckets.ts';

/** A histogram of the SDK's data model, with what the model does not have. */
export interface DetailedHistogram extends Histogram {
  /** The newest of each bucket; undefined: none was recorded in a sampled span. */
  readonly exemplars?: readonly (Exemplar | undefined)[] | undefined;
  /** The same values once more, in buckets that need not be chosen. */
  readonly exponential?: ExponentialCounts;
}

export class BoundHistogram {
  readonly attributes: Attributes;
  readonly startTime = hrTime();
  readonly #boundaries: number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;
  readonly #exponential = new ExponentialBuckets();
  #exemplars: (Exemplar | undefined)[] | undefined;

  /** @param boundaries shared by the series of a metric: what is made of them is made once */
  constructor(attributes: Attributes, boundaries: number[]) {
    this.attributes = attributes;
    this.#boundaries = boundaries;
    this.#counts = zeros(boundaries.length + 1);
  }

  /** @param span the value stands for, where it is a sampled one */
  record(value: number, span?: SpanContext): void {
    // As the SDK: what is no number is not counted, for it would stay in the sum for ever.
    if (Number.isNaN(value)) return;
    const boundaries = this.#boundaries;
    let bucket = 0;
    while (bucket < boundaries.length && value > boundaries[bucket]!) bucket++;
    this.#counts[bucket]!++;
    this.#sum += value;
    this.#count++;
    this.#exponential.record(value);
    if (span === undefined) return;
    this.#exemplars ??= Array(boundaries.length + 1).fill(undefined);
    this.#exemplars[bucket] = { value, span, time: Date.now() };
  }

  value(): DetailedHistogram {
    return {
      buckets: { boundaries: this.#boundaries, counts: this.#counts.slice() },
      sum: this.#sum,
      count: this.#count,
      exemplars: this.#exemplars?.slice(),
      exponential: this.#exponential.value(),
    };
  }
}
