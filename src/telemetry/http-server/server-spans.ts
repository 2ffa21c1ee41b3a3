import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Context, propagation, ROOT_CONTEXT, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace';
import type { Traceable } from '../running.ts';
import { failSpan } from '../span.ts';
import { randomTraceId, type TraceIds } from '../trace-ids.ts';
import { type Exchange, isProbe } from './exchange.ts';
import { methodOf } from './method.ts';
import { requestAttributes } from './request-attributes.ts';
import { RequestContext } from './request-context.ts';
import { RequestSpan } from './request-span.ts';

/** What gives each request the context in which it is worked for. */
export interface ServerSpans {
  begin(request: IncomingMessage): Context;
  end(exchange: Exchange, response: ServerResponse): void;
}

/** Where spans go nowhere: a request has the ids of one, and no more. */
export const idsAlone: ServerSpans = { begin: requestIds, end() {} };

function requestIds({ headers }: Traceable): Context {
  return new RequestContext(ROOT_CONTEXT, new RequestSpan(headers));
}

/** For a request of which nothing is to be sent, nor of what it causes. */
export const untracedRequest = (request: Traceable): Context => suppressTracing(requestIds(request));

/** Who decides which spans are sent, asked before there is one. */
export interface Sampling {
  /** Undefined: the SDK's own, which only the SDK can ask. */
  readonly sampler: Sampler | undefined;
  readonly ids: TraceIds;
}

/**
 * Spans by the semantic conventions. The sampler is asked first, so that of a request that it leaves out nothing is read
 * but the caller's trace, and nothing made but an id.
 * @param tracer asked for each time: it is another once the SDK has started
 */
export const recordedSpans = (tracer: () => Tracer, { sampler, ids }: Sampling): ServerSpans => ({
  begin(request) {
    if (isProbe(request)) return untracedRequest(request);
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const name = nameOf(request);
    const callers = trace.getSpanContext(parent)?.traceId;
    const traceId = callers ?? randomTraceId();
    const decision = sampler?.shouldSample(parent, traceId, name, SpanKind.SERVER, {}, []).decision;
    if (decision === SamplingDecision.NOT_RECORD)
      return new RequestContext(parent, new RequestSpan(request.headers, traceId));
    if (callers === undefined) ids.next(traceId);
    const span = tracer().startSpan(name, { kind: SpanKind.SERVER }, parent);
    if (span.isRecording()) span.setAttributes(requestAttributes(request));
    return new RequestContext(parent, span);
  },

  end({ context, route }, response) {
    const span = context && trace.getSpan(context);
    if (!span?.isRecording()) return;
    const { req, statusCode } = response;
    span.setAttribute('http.response.status_code', statusCode);
    if (route !== undefined) span.setAttribute('http.route', route).updateName(`${nameOf(req)} ${route}`);
    if (statusCode >= 500) failSpan(span, String(statusCode));
    span.end();
  },
});

/** The method, for which the conventions have another word where it is unknown. */
function nameOf(request: IncomingMessage): string {
  const method = methodOf(request);
  return method === '_OTHER' ? 'HTTP' : method;
}
