import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { METER_NAME } from './catalogue.ts';
import { type AnySpanAttributes, SPANS, type SpanAttributes, type SpanName } from './spans.ts';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** The name with the values of its attributes. */
const written = (name: string, attributes: Readonly<Record<string, unknown>>) =>
  name.replace(/\{([^}]*)\}/g, (_, attribute: string) => String(attributes[attribute] ?? ''));

/**
 * Runs `work` in a span of that name, a child of the one under way. It ends with the work, in error when the work
 * throws. Without telemetry it costs a call, and the span does nothing.
 */
export function inSpan<Name extends SpanName, T>(
  name: Name,
  attributes: SpanAttributes<Name>,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const options = { kind: KINDS[SPANS[name].kind], attributes };
  return trace.getTracer(METER_NAME).startActiveSpan(written(name, attributes), options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      failSpan(span, errorTypeOf(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Of the trace that an answer names. */
export const activeTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;

/** The code of what was told to end: a run that is cancelled or handed back, a client that hung up. It did not fail. */
const GIVEN_UP = 'aborted';

/** Without the error's message: it may quote what a client sent. */
export function failSpan(span: Span, errorType: string): void {
  if (errorType === GIVEN_UP) return;
  span.setAttribute('error.type', errorType).setStatus({ code: SpanStatusCode.ERROR });
}

/** Says more of the work under way. */
export function describeSpan(attributes: AnySpanAttributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** One of a bounded set: our own errors' codes, the system's and the database's, or else the error's name. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
