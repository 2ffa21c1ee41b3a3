import { isSpanContextValid, TraceFlags } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { TraceIds } from '../../src/telemetry/trace-ids.ts';

test('ids are as the standard wants them, and no two alike', () => {
  const ids = new TraceIds();
  const made = Array.from({ length: 1000 }, () => ({
    traceId: ids.generateTraceId(),
    spanId: ids.generateSpanId(),
    traceFlags: TraceFlags.NONE,
  }));
  expect(made.filter((context) => !isSpanContextValid(context))).toEqual([]);
  expect(new Set(made.map(({ traceId }) => traceId)).size).toBe(made.length);
  expect(new Set(made.map(({ spanId }) => spanId)).size).toBe(made.length);
});

test('the trace that is announced gets its id, and none after it', () => {
  const ids = new TraceIds();
  const announced = '0af7651916cd43dd8448eb211c80319c';
  ids.next(announced);
  expect(ids.generateSpanId()).toMatch(/^[\da-f]{16}$/);
  expect(ids.generateTraceId()).toBe(announced);
  expect(ids.generateTraceId()).not.toBe(announced);
});
