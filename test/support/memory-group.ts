import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MemoryGroup extends Disposable {
  /** A process that writes its id into this file belongs to the group, with the children it starts later. */
  readonly processes: string;
}

/** A control group with a memory limit; undefined where none can be made: that takes root and a writable cgroup. */
export function memoryGroup(limitBytes: number): MemoryGroup | undefined {
  const own = /^\d+:memory:(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  const name = `mlops-test-${randomUUID()}`;
  const limit = String(limitBytes);
  return (
    groupIn('/sys/fs/cgroup', name, { 'memory.max': limit, 'memory.swap.max': '0' }) ??
    groupIn(join('/sys/fs/cgroup/memory', own ?? ''), name, {
      'memory.limit_in_bytes': limit,
      'memory.memsw.limit_in_bytes': limit,
    })
  );
}

/** @param limits the first of them is needed, the others are set where they exist */
function groupIn(parent: string, name: string, limits: Record<string, string>): MemoryGroup | undefined {
  const folder = join(parent, name);
  try {
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  const [needed = ''] = Object.keys(limits);
  if (!existsSync(join(folder, needed))) {
    rmdirSync(folder);
    return undefined;
  }
  for (const [file, limit] of Object.entries(limits))
    if (existsSync(join(folder, file))) writeFileSync(join(folder, file), limit);
  return { processes: join(folder, 'cgroup.procs'), [Symbol.dispose]: () => rmdirSync(folder) };
}
