import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

const WATCHDOG = fileURLToPath(new URL('./watchdog.ts', import.meta.url));

/** Leaders of process groups that may still have members. */
const groups = new Set<number>();
let watchdog: NodeJS.WritableStream | undefined;

/**
 * Ties a process to this one, and with it all that it starts in its group: what a failed test left running is killed
 * at the end of the test file, and when this process ends in any other way, SIGKILL included.
 * @param child started with `detached: true`, which gives it a group of its own
 */
export function tied<Child extends ChildProcess>(child: Child): Child {
  const { pid } = child;
  if (pid === undefined) return child;
  tieGroup(pid);
  child.once('exit', () => {
    // The number is nobody else's as long as the group has members.
    if (!signal(pid, 0)) untieGroup(pid);
  });
  return child;
}

/** The same for a group that somebody else has started. */
export function tieGroup(leader: number): void {
  watchdog ??= startWatchdog();
  groups.add(leader);
  watchdog.write(`+${leader}\n`);
}

export function untieGroup(leader: number): void {
  groups.delete(leader);
  watchdog?.write(`-${leader}\n`);
}

/** Kills every group that is left. */
export function endTied(): void {
  for (const pid of groups) {
    signal(pid, 'SIGKILL');
    untieGroup(pid);
  }
}

function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, name);
  } catch {
    return false;
  }
}

/** A process that outlives us by a moment: it reads the groups from a pipe, and kills them when the pipe closes. */
function startWatchdog(): NodeJS.WritableStream {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', WATCHDOG], {
    detached: true,
    env: {},
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.unref();
  (child.stdin as Socket).unref();
  // It can only have been killed by hand.
  child.stdin.on('error', () => {});
  return child.stdin;
}
