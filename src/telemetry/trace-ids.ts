import { randomBytes } from 'node:crypto';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

const BYTES_AT_A_TIME = 1024;
const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;

let digits = '';
let used = 0;

/** Cut from what was made at once: to ask the system for the bytes of each id takes a hundred times as long. */
function randomDigits(length: number): string {
  if (used + length > digits.length) {
    digits = randomBytes(BYTES_AT_A_TIME).toString('hex');
    used = 0;
  }
  used += length;
  return digits.slice(used - length, used);
}

export const randomTraceId = (): string => randomDigits(TRACE_ID_DIGITS);
export const randomSpanId = (): string => randomDigits(SPAN_ID_DIGITS);

/** Gives the SDK its ids, and its next trace the one that the sampler was asked about. */
export class TraceIds implements IdGenerator {
  #next: string | undefined;

  /** For the trace that is begun at once. */
  next(traceId: string): void {
    this.#next = traceId;
  }

  generateTraceId(): string {
    const id = this.#next ?? randomTraceId();
    this.#next = undefined;
    return id;
  }

  generateSpanId(): string {
    return randomSpanId();
  }
}
