import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Command lines of a process's children, those that have ended and are not waited for included. */
export async function childrenOf(pid: number): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, parent, args = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === pid ? [args] : [];
  });
}

/** Process ids of the child processes of ours, or of another one, whose command line holds the given text. */
export async function childProcesses(text: string, of = process.pid): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === of && args.includes(text) ? [Number(pid)] : [];
  });
}
