import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ROOT_CONTEXT, type Span, type SpanContext, TraceFlags, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

const propagator = new W3CTraceContextPropagator();
const getter = {
  get: (headers: IncomingHttpHeaders, name: string) => headers[name],
  keys: (headers: IncomingHttpHeaders) => Object.keys(headers),
};

/**
 * The span of a request where spans go nowhere. It records nothing; its ids, the caller's trace where there is one, are
 * made when somebody asks: for a log line, an error's answer, a queued job.
 */
export class RequestSpan implements Span {
  readonly #headers: IncomingHttpHeaders;
  #context: SpanContext | undefined;

  /** @param headers of the request, which itself need not live as long as what it began */
  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }

  spanContext(): SpanContext {
    this.#context ??= {
      traceId: this.#callersTrace() ?? randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      traceFlags: TraceFlags.NONE,
    };
    return this.#context;
  }

  #callersTrace(): string | undefined {
    const extracted = propagator.extract(ROOT_CONTEXT, this.#headers, getter);
    return trace.getSpanContext(extracted)?.traceId;
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
