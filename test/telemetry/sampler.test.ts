import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';
import { samplerOf } from '../../src/telemetry/sampler.ts';

const LOW = '00000001000000000000000000000000';
const HIGH = 'f0000000000000000000000000000000';
const called = (traceFlags: TraceFlags) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: HIGH,
    spanId: 'b7ad6b7169203331',
    traceFlags,
    isRemote: true,
  });

/** Which of four are wanted: two traces that begin here, one that its caller records, one that its caller does not. */
function wanted(name: string | undefined, argument?: string) {
  const sampler = samplerOf({ name, argument });
  if (sampler === undefined) return undefined;
  const isWanted = (context: typeof ROOT_CONTEXT, traceId: string) =>
    sampler.shouldSample(context, traceId, 'GET', SpanKind.SERVER, {}, []).decision ===
    SamplingDecision.RECORD_AND_SAMPLED;
  return [
    isWanted(ROOT_CONTEXT, LOW),
    isWanted(ROOT_CONTEXT, HIGH),
    isWanted(called(TraceFlags.SAMPLED), HIGH),
    isWanted(called(TraceFlags.NONE), HIGH),
  ];
}

describe('the sampler of the environment', () => {
  test.each([
    [undefined, undefined, [true, true, true, false]],
    ['', undefined, [true, true, true, false]],
    ['always_on', undefined, [true, true, true, true]],
    ['always_off', undefined, [false, false, false, false]],
    ['traceidratio', '0.5', [true, false, false, false]],
    ['parentbased_always_on', undefined, [true, true, true, false]],
    ['parentbased_always_off', undefined, [false, false, true, false]],
    ['parentbased_traceidratio', '0.5', [true, false, true, false]],
  ])('%s %s', (name, argument, expected) => {
    expect(wanted(name, argument)).toEqual(expected);
  });

  test.each([
    ['most_of_them', undefined],
    ['traceidratio', undefined],
    ['traceidratio', ''],
    ['parentbased_traceidratio', '10%'],
    ['traceidratio', '2'],
  ])('%s %s is left to the SDK, which says what is wrong', (name, argument) => {
    expect(wanted(name, argument)).toBeUndefined();
  });
});
