import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

/**
 * Lets a child, which has a session of its own, yield the processor to us and to whoever is as important as we are.
 * @param niceness 0 (as we) to 19 (only when nobody else wants the processor)
 */
export function lowerPriority(pid: number, niceness: number): void {
  try {
    os.setPriority(pid, lower(os.getPriority(), niceness));
    // Linux may share the processor out among sessions first: then niceness counts within a session alone, and a
    // session has one too.
    writeFileSync(`/proc/${pid}/autogroup`, String(lower(sessionNiceness(), niceness)));
  } catch {
    // Gone already, not allowed, or no such thing here: the work itself does not depend on it.
  }
}

/** 0 also for a process that no session began, such as a container's first: its file is empty. */
const sessionNiceness = (): number =>
  Number(/nice (-?\d+)$/.exec(readFileSync('/proc/self/autogroup', 'utf8').trim())?.[1] ?? 0);

const lower = (priority: number, by: number): number =>
  Math.min(priority + by, os.constants.priority.PRIORITY_LOW);
