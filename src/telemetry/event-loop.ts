import { monitorEventLoopDelay } from 'node:perf_hooks';
import { metrics } from '@opentelemetry/api';
import { CATALOGUE, METER_NAME, type MetricDefinition } from './catalogue.ts';
import { slidingWindow } from './sliding-window.ts';

const RESOLUTION_MS = 10;

function beginDelays() {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return delays;
}

/**
 * How long what is due waits for the event loop, and how busy that is, by the conventions' names. The instrumentation
 * begins anew at each collection, and there is always more than one who collects: the history, whoever scrapes, whoever
 * is pushed to.
 */
export function observeEventLoop(): void {
  const meter = metrics.getMeter(METER_NAME);
  const observable = (definition: MetricDefinition) =>
    meter.createObservableGauge(definition.name, definition);
  const min = observable(CATALOGUE.eventLoopDelayMin);
  const max = observable(CATALOGUE.eventLoopDelayMax);
  const mean = observable(CATALOGUE.eventLoopDelayMean);
  const stddev = observable(CATALOGUE.eventLoopDelayStddev);
  const p50 = observable(CATALOGUE.eventLoopDelayP50);
  const p90 = observable(CATALOGUE.eventLoopDelayP90);
  const p99 = observable(CATALOGUE.eventLoopDelayP99);
  const utilization = observable(CATALOGUE.eventLoopUtilization);

  const delays = slidingWindow(beginDelays, (counted) => counted.disable());
  const began = slidingWindow(() => performance.eventLoopUtilization());
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(utilization, performance.eventLoopUtilization(began()).utilization);
      const counted = delays();
      if (counted.count === 0) return;
      result.observe(min, counted.min / 1e9);
      result.observe(max, counted.max / 1e9);
      result.observe(mean, counted.mean / 1e9);
      result.observe(stddev, counted.stddev / 1e9);
      result.observe(p50, counted.percentile(50) / 1e9);
      result.observe(p90, counted.percentile(90) / 1e9);
      result.observe(p99, counted.percentile(99) / 1e9);
    },
    [min, max, mean, stddev, p50, p90, p99, utilization],
  );
}
