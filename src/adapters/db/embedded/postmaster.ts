import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../../errors.ts';

/** What a server writes about itself into its data folder. */
export interface Postmaster {
  readonly pid: string;
  /** Changes with every start. */
  readonly text: string;
  readonly ready: boolean;
}

/** What the last server wrote, whether it lives or not. */
export function lastPostmaster(data: string): Postmaster | undefined {
  try {
    const text = readFileSync(join(data, 'postmaster.pid'), 'utf8');
    const lines = text.split('\n');
    return { pid: lines[0] ?? '', text, ready: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
}

function commandLine(pid: string): string {
  try {
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', pid], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** Not only whether there is such a process: the number of a dead server may be another program's by now. */
const runs = ({ pid }: Postmaster, data: string): boolean => commandLine(pid).includes(data);

/** Whether a server of this folder takes connections. Windows tells no command lines: the file is believed. */
export function isServing(data: string): boolean {
  const last = lastPostmaster(data);
  return last?.ready === true && (process.platform === 'win32' || runs(last, data));
}

/**
 * After a kill the guard of the former server stops it; this waits for the end.
 * @returns what the former server left, if it left anything
 */
export async function formerPostmaster(data: string, limitMs = 5000): Promise<Postmaster | undefined> {
  for (const until = Date.now() + limitMs; ; await delay(20)) {
    const former = lastPostmaster(data);
    if (former === undefined || !runs(former, data)) return former;
    if (Date.now() > until)
      throw new StartError(`the former server of ${data}, process ${former.pid}, does not end`);
  }
}
