import type { ChildKind } from '../../vocabulary/children.ts';
import type { Mode } from '../../vocabulary/modes.ts';
import { catalogueMeter } from './catalogue-meter.ts';

export type ChildInstruments = ReturnType<typeof childInstruments>;

export function childInstruments(prefix: string) {
  const meter = catalogueMeter(prefix);
  const cpuTime = meter.counter('childProcessCpuTime');
  const memoryPeak = meter.histogram('childProcessMemoryPeak');

  /** What is told about one piece of a child process's work, while it lasts and at its end. */
  return (kind: ChildKind, mode: Mode) => ({
    /** It used so many seconds of CPU since it was last told. */
    cpu(seconds: number): void {
      cpuTime(seconds, { kind, mode });
    },

    /** It has ended; the process held so much memory at most. */
    ended(peakBytes: number): void {
      memoryPeak(peakBytes, { kind, mode });
    },
  });
}
