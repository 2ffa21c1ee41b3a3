import { type SpanContext, TraceFlags, trace } from '@opentelemetry/api';

/** One value of those that were counted, and the span in which it was. */
export interface Exemplar {
  readonly value: number;
  readonly span: SpanContext;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The active span, if a tracing backend will know it. */
export function sampledSpan(): SpanContext | undefined {
  const span = trace.getActiveSpan();
  // One that records nothing is not exported, and may have no ids until it is asked for them.
  if (span === undefined || !span.isRecording()) return undefined;
  const context = span.spanContext();
  return (context.traceFlags & TraceFlags.SAMPLED) === 0 ? undefined : context;
}
