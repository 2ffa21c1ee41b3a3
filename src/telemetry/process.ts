import os from 'node:os';
import { metrics } from '@opentelemetry/api';
import { CATALOGUE, METER_NAME } from './catalogue.ts';

/**
 * The process itself: its start, CPU and memory, by the conventions' names and units. The host-metrics
 * instrumentation would give them without units, and unit and kind are what their names in Prometheus are made of.
 */
export function observeProcess(): void {
  const { processStartTime, processCpuTime, processCpuUtilization, processMemoryUsage } = CATALOGUE;
  const meter = metrics.getMeter(METER_NAME);
  const startTime = meter.createObservableGauge(processStartTime.name, processStartTime);
  const cpuTime = meter.createObservableCounter(processCpuTime.name, processCpuTime);
  const cpuUtilization = meter.createObservableGauge(processCpuUtilization.name, processCpuUtilization);
  const memory = meter.createObservableUpDownCounter(processMemoryUsage.name, processMemoryUsage);

  let last = { ms: performance.now(), usage: process.cpuUsage() };
  meter.addBatchObservableCallback(
    (result) => {
      const now = { ms: performance.now(), usage: process.cpuUsage() };
      const availableUs = (now.ms - last.ms) * 1000 * os.availableParallelism();
      for (const mode of ['user', 'system'] as const) {
        const labels = { 'cpu.mode': mode };
        result.observe(cpuTime, now.usage[mode] / 1e6, labels);
        result.observe(cpuUtilization, (now.usage[mode] - last.usage[mode]) / availableUs, labels);
      }
      last = now;
      result.observe(startTime, performance.timeOrigin / 1000);
      result.observe(memory, process.memoryUsage.rss());
    },
    [startTime, cpuTime, cpuUtilization, memory],
  );
}
