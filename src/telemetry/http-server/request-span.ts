import type { IncomingHttpHeaders } from 'node:http';
import {
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { randomSpanId, randomTraceId } from '../trace-ids.ts';

/**
 * The span of a request of which nothing is sent. It records nothing; its ids, the caller's trace where there is one, are
 * made when somebody asks: for a log line, an error's answer, a queued job.
 */
export class RequestSpan implements Span {
  readonly #headers: IncomingHttpHeaders;
  readonly #traceId: string | undefined;
  #context: SpanContext | undefined;

  /**
   * @param headers of the request, which itself need not live as long as what it began
   * @param traceId where the caller has none; undefined: none was needed yet
   */
  constructor(headers: IncomingHttpHeaders, traceId?: string) {
    this.#headers = headers;
    this.#traceId = traceId;
  }

  spanContext(): SpanContext {
    if (this.#context === undefined) {
      const caller = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, this.#headers));
      this.#context = {
        traceId: caller?.traceId ?? this.#traceId ?? randomTraceId(),
        spanId: randomSpanId(),
        traceFlags: TraceFlags.NONE,
        ...(caller?.traceState && { traceState: caller.traceState }),
      };
    }
    return this.#context;
  }

  isRecording(): boolean {
    return false;
  }

  end(): void {}

  recordException(): void {}

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }
}
