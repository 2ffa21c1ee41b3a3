import { createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { RequestContext } from '../../src/telemetry/http-server/request-context.ts';

const spanOf = (digit: string) =>
  trace.wrapSpanContext({ traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: 0 });
const KEY = createContextKey('a key of the parent’s');
const parent = ROOT_CONTEXT.setValue(KEY, 'a value');

test('a request’s context is its parent’s with the span, to all that the API asks of one', () => {
  const own = spanOf('1');
  const context = new RequestContext(parent, own);
  expect([trace.getSpan(context), context.getValue(KEY)]).toEqual([own, 'a value']);

  const changed = context.setValue(KEY, 'another');
  expect([trace.getSpan(changed), changed.getValue(KEY)]).toEqual([own, 'another']);
  const within = trace.setSpan(context, spanOf('2'));
  expect([trace.getSpan(within), within.getValue(KEY)]).toEqual([spanOf('2'), 'a value']);
  expect([trace.getSpan(context), context.getValue(KEY)]).toEqual([own, 'a value']);
});

test('what is taken from it is gone, and nothing else', () => {
  const context = new RequestContext(parent, spanOf('1'));
  expect(trace.getSpan(trace.deleteSpan(context))).toBeUndefined();
  expect(trace.deleteSpan(context).getValue(KEY)).toBe('a value');
  expect(context.deleteValue(KEY).getValue(KEY)).toBeUndefined();
  expect(trace.getSpan(context.deleteValue(KEY))).toEqual(spanOf('1'));
});
