import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';

/** Their spans begin where somebody's work calls out. */
const CLIENTS = new Set(['@opentelemetry/instrumentation-pg', '@opentelemetry/instrumentation-undici']);

/**
 * Queries and calls make spans within a trace and begin none: those that belong to nothing are the service keeping
 * house, listening, migrating, reclaiming. They are measured like all others, which the libraries' own setting for this
 * would end.
 */
export function withParentOnly(instrumentations: readonly Instrumentation[]): void {
  for (const instrumentation of instrumentations) {
    if (CLIENTS.has(instrumentation.instrumentationName)) instrumentation.setTracerProvider(provider);
  }
}

const provider: TracerProvider = {
  getTracer(name, version): Tracer {
    const tracer = trace.getTracer(name, version);
    const startSpan: Tracer['startSpan'] = (spanName, options, within: Context = context.active()) =>
      isSpanContextValid(trace.getSpanContext(within) ?? INVALID_SPAN_CONTEXT)
        ? tracer.startSpan(spanName, options, within)
        : trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    return { startSpan, startActiveSpan: tracer.startActiveSpan.bind(tracer) };
  },
};
