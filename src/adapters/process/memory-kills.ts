import { readFileSync } from 'node:fs';

/** Kills that a child's end was already put down to. */
let explained = 0;

/**
 * To be called when a child is started.
 * @returns to be called when it was killed: whether the kernel killed it because this process and its children had
 *   reached the memory limit of their control group. Each kill explains one child.
 */
export function watchMemoryKills(count: () => number = memoryKills): () => boolean {
  const before = count();
  return () => {
    const known = Math.max(before, explained);
    if (count() <= known) return false;
    explained = known + 1;
    return true;
  };
}

/**
 * Processes of our control group that the kernel killed at the group's memory limit; 0 where nothing tells. Kills for
 * want of memory on the whole machine are not among them where the two can be told apart (cgroup v2).
 */
function memoryKills(): number {
  for (const file of eventFiles()) {
    const events = read(file);
    const of = (event: string) =>
      Number(new RegExp(`^${event} (\\d+)$`, 'm').exec(events)?.[1] ?? Number.NaN);
    const kills = of('oom_kill');
    const atLimit = of('oom');
    if (!Number.isNaN(kills)) return Number.isNaN(atLimit) ? kills : Math.min(kills, atLimit);
  }
  return 0;
}

/** Of cgroup v2, then v1; in a container the group's path may be that of the host, and the root is the group itself. */
function eventFiles(): string[] {
  const groups = read('/proc/self/cgroup');
  const pathOf = (line: RegExp) => line.exec(groups)?.[1] ?? '';
  return [
    `/sys/fs/cgroup${pathOf(/^0::(.*)$/m)}/memory.events`,
    '/sys/fs/cgroup/memory.events',
    `/sys/fs/cgroup/memory${pathOf(/^\d+:memory:(.*)$/m)}/memory.oom_control`,
    '/sys/fs/cgroup/memory/memory.oom_control',
  ];
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
