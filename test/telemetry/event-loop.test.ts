import { afterEach, expect, test, vi } from 'vitest';
import { observeEventLoop } from '../../src/telemetry/event-loop.ts';
import { slidingWindow } from '../../src/telemetry/sliding-window.ts';
import { eventually } from '../support/client.ts';
import { startTestMeter } from './test-meter.ts';

afterEach(() => vi.useRealTimers());

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('a stall of the event loop is told to everybody who asks, not to the first alone', async () => {
  const meter = startTestMeter('mlops.backend');
  observeEventLoop();
  const longest = async () => (await meter.scrape()).value('nodejs_eventloop_delay_max_seconds') ?? 0;
  await eventually(async () => (await longest()) > 0);
  block(200);
  await eventually(async () => (await longest()) > 0.15);
  for (const asker of ['history', 'Prometheus', 'another Prometheus'])
    expect(await longest(), asker).toBeGreaterThan(0.15);
  const exposition = await meter.scrape();
  expect(exposition.value('nodejs_eventloop_utilization_ratio')).toBeGreaterThan(0);
  expect(exposition.value('nodejs_eventloop_delay_min_seconds')).toBeLessThan(0.15);
});

test('a window reaches 20 to 40 s back from whenever it is read, and what it has left behind is ended', () => {
  vi.useFakeTimers();
  const ended: number[] = [];
  const began = slidingWindow(
    () => Date.now(),
    (time) => ended.push(time),
  );
  const start = Date.now();
  for (let seconds = 1; seconds <= 120; seconds++) {
    vi.advanceTimersByTime(1000);
    const reach = (Date.now() - began()) / 1000;
    if (seconds >= 20) expect(reach).toBeGreaterThanOrEqual(20);
    expect(reach).toBeLessThanOrEqual(40);
  }
  expect(ended.map((time) => (time - start) / 1000)).toEqual([0, 0, 20, 40, 60, 80]);
});
