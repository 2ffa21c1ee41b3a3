import { context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BoundHistogram } from '../../../src/telemetry/bound/bound-histogram.ts';
import { sampledSpan } from '../../../src/telemetry/bound/exemplar.ts';
import { RequestSpan } from '../../../src/telemetry/http-server/request-span.ts';

const sdk = new NodeSDK({
  metricReaders: [],
  resourceDetectors: [],
  spanProcessors: [
    { onStart() {}, onEnd() {}, forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() },
  ],
});
beforeAll(() => sdk.start());
afterAll(() => sdk.shutdown());

const inSpan = <T>(work: () => T, parent = ROOT_CONTEXT): T =>
  trace.getTracer('test').startActiveSpan('span', {}, parent, (span) => {
    try {
      return work();
    } finally {
      span.end();
    }
  });

test('a sampled span is what a value recorded in it leads to', () => {
  const [found, active] = inSpan(() => [sampledSpan(), trace.getActiveSpan()?.spanContext()]);
  expect(found).toBeDefined();
  expect(found).toEqual(active);
});

test('without a span, and in one that is not sampled, there is nothing to lead to', () => {
  expect(sampledSpan()).toBeUndefined();
  const unsampled = { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: TraceFlags.NONE };
  expect(inSpan(sampledSpan, trace.setSpanContext(ROOT_CONTEXT, unsampled))).toBeUndefined();
});

test('where spans go nowhere, a request’s span is not made to have ids', () => {
  const span = new RequestSpan({});
  const asked = vi.spyOn(span, 'spanContext');
  expect(context.with(trace.setSpan(ROOT_CONTEXT, span), sampledSpan)).toBeUndefined();
  expect(asked).not.toHaveBeenCalled();
});

test('of each bucket the newest value in a sampled span is kept, however many there were', () => {
  const histogram = new BoundHistogram({}, [1, 10]);
  expect(histogram.value().exemplars).toBeUndefined();
  const spanOf = (n: number) => ({
    traceId: String(n).padStart(32, '0'),
    spanId: String(n).padStart(16, '0'),
    traceFlags: TraceFlags.SAMPLED,
  });
  for (let n = 1; n <= 1000; n++) histogram.record(n % 2 ? 0.5 : 5, spanOf(n));
  histogram.record(0.7);
  const { exemplars, count } = histogram.value();
  expect(count).toBe(1001);
  expect(exemplars?.map((exemplar) => exemplar && [exemplar.value, exemplar.span])).toEqual([
    [0.5, spanOf(999)],
    [5, spanOf(1000)],
    undefined,
  ]);
});

test('what was collected does not change when more is recorded', () => {
  const histogram = new BoundHistogram({}, [1]);
  const span = { traceId: '2'.repeat(32), spanId: '2'.repeat(16), traceFlags: TraceFlags.SAMPLED };
  histogram.record(0.5, span);
  const before = histogram.value();
  histogram.record(0.6, span);
  expect(before).toMatchObject({ count: 1, sum: 0.5, exemplars: [{ value: 0.5 }, undefined] });
});
