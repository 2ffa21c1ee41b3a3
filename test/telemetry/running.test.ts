import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type RunningTelemetry,
  runningTelemetry,
  shutdownTelemetry,
  telemetryStarted,
} from '../../src/telemetry/running.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const telemetry = (shutdown: () => Promise<void>): RunningTelemetry => ({
  scrape: () => Promise.resolve({ write: () => new Uint8Array(), failures: [] }),
  sample: () => Promise.resolve(() => {}),
  handle: (_request, work) => work(),
  untraced: (work) => work(),
  carrier: new W3CTraceContextPropagator(),
  shutdown,
});

test('shutting down waits no longer than 2 s for exporters that do not answer', async () => {
  telemetryStarted(telemetry(() => new Promise(() => {})));
  let ended = false;
  const stopping = shutdownTelemetry().then((isQuiet) => {
    ended = true;
    expect(isQuiet).toBe(false);
  });

  await vi.advanceTimersByTimeAsync(1999);
  expect(ended).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await stopping;
  expect(ended).toBe(true);
});

test('shutting down survives exporters that fail, and leaves no timer behind', async () => {
  telemetryStarted(telemetry(() => Promise.reject(new Error('unreachable'))));
  expect(await shutdownTelemetry()).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('shutting down twice, or telemetry that never started, is nothing', async () => {
  const shutdown = vi.fn(() => Promise.resolve());
  telemetryStarted(telemetry(shutdown));
  expect(await Promise.all([shutdownTelemetry(), shutdownTelemetry()])).toEqual([true, true]);
  await shutdownTelemetry();
  expect(shutdown).toHaveBeenCalledTimes(1);
  expect(runningTelemetry()).toBeUndefined();
});
