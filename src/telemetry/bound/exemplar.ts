import { type Context, context, type SpanContext, TraceFlags, trace } from '@opentelemetry/api';

/** One value of those that were counted, and the span in which it was. */
export interface Exemplar {
  readonly value: number;
  readonly span: SpanContext;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The active span, if a tracing backend will know it. */
export const sampledSpan = (): SpanContext | undefined => sampledSpanOf(context.active());

/** The same of a context that need not be active. */
export function sampledSpanOf(within: Context | undefined): SpanContext | undefined {
  const span = within && trace.getSpan(within);
  // One that records nothing is not exported, and may have no ids until it is asked for them.
  if (!span?.isRecording()) return undefined;
  const spanContext = span.spanContext();
  return (spanContext.traceFlags & TraceFlags.SAMPLED) === 0 ? undefined : spanContext;
}
