import os from 'node:os';
import { metrics } from '@opentelemetry/api';
import { CATALOGUE, METER_NAME } from './catalogue.ts';
import { slidingWindow } from './sliding-window.ts';

/**
 * The process itself: its start, CPU and memory, by the conventions' names and units. The host-metrics
 * instrumentation would give them without units, and unit and kind are what their names in Prometheus are made of.
 * @param trainersBytes memory that child processes in training may take from the same container
 */
export function observeProcess(trainersBytes: number): void {
  const { processStartTime, processCpuTime, processCpuUtilization, processMemoryUsage, processMemoryLimit } =
    CATALOGUE;
  const meter = metrics.getMeter(METER_NAME);
  const startTime = meter.createObservableGauge(processStartTime.name, processStartTime);
  const cpuTime = meter.createObservableCounter(processCpuTime.name, processCpuTime);
  const cpuUtilization = meter.createObservableGauge(processCpuUtilization.name, processCpuUtilization);
  const memory = meter.createObservableUpDownCounter(processMemoryUsage.name, processMemoryUsage);
  const memoryLimit = meter.createObservableUpDownCounter(processMemoryLimit.name, processMemoryLimit);

  const began = slidingWindow(() => ({ ms: performance.now(), usage: process.cpuUsage() }));
  meter.addBatchObservableCallback(
    (result) => {
      const { ms, usage: before } = began();
      const usage = process.cpuUsage();
      const availableUs = (performance.now() - ms) * 1000 * os.availableParallelism();
      for (const mode of ['user', 'system'] as const) {
        const labels = { 'cpu.mode': mode };
        result.observe(cpuTime, usage[mode] / 1e6, labels);
        result.observe(cpuUtilization, (usage[mode] - before[mode]) / availableUs, labels);
      }
      result.observe(startTime, performance.timeOrigin / 1000);
      result.observe(memory, process.memoryUsage.rss());
      result.observe(memoryLimit, memoryForUs(process.constrainedMemory(), trainersBytes));
    },
    [startTime, cpuTime, cpuUtilization, memory, memoryLimit],
  );
}

/**
 * @param containerBytes 0, or more than there is, where the container has no limit
 * @returns what is left for this process; where trainers may take more than there is, they don't count in full
 */
export function memoryForUs(
  containerBytes: number,
  trainersBytes: number,
  machineBytes = os.totalmem(),
): number {
  const all = Math.min(containerBytes || machineBytes, machineBytes);
  return Math.max(all - trainersBytes, all / 4);
}
