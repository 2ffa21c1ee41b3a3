import { readFileSync, writeFileSync } from 'node:fs';

/** What a process has used since it began. */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  /** Where the kernel can forget it, since `forgetPeak`. */
  readonly peakBytes: number;
}

export function processUsage(): ProcessUsage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: peakFromKernel() ?? maxRSS * 1024 };
}

/** Linux's `maxRSS` counts what the parent held when it forked; the process's own peak stands elsewhere. */
function peakFromKernel(): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

/** From now on the peak is that of what comes next (Linux). */
export function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Then the peak is that of the whole life.
  }
}
