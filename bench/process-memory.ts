import { readFile } from 'node:fs/promises';
import { setInterval as every } from 'node:timers/promises';

const SAMPLE_MS = 25;

const read = (file: string) => readFile(file, 'utf8').catch(() => '');

/** Resident bytes, where /proc tells (Linux); else 0. */
export const residentBytes = async (pid: number): Promise<number> =>
  Number(/VmRSS:\s+(\d+)/.exec(await read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;

const childrenOf = async (pid: number): Promise<number[]> =>
  (await read(`/proc/${pid}/task/${pid}/children`)).trim().split(' ').filter(Boolean).map(Number);

export interface Peaks {
  readonly own: number;
  /** Of the children together. */
  readonly children: number;
}

/** The most that a process and its children held while `work` ran. */
export async function peaksDuring(pid: number, work: () => Promise<unknown>): Promise<Peaks> {
  const peaks = { own: 0, children: 0 };
  const stop = new AbortController();
  const watching = (async () => {
    for await (const _ of every(SAMPLE_MS, undefined, { signal: stop.signal })) {
      peaks.own = Math.max(peaks.own, await residentBytes(pid));
      const children = await Promise.all((await childrenOf(pid)).map(residentBytes));
      const together = children.reduce((sum, bytes) => sum + bytes, 0);
      peaks.children = Math.max(peaks.children, together);
    }
  })().catch(() => {});
  await work();
  stop.abort();
  await watching;
  return peaks;
}
