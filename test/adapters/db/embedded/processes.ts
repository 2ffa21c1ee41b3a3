import { execFileSync } from 'node:child_process';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly args: string;
}

function all(): Process[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split(
    '\n',
  );
  return lines.flatMap((line) => {
    const [, pid, parent, state = '', args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state, args }];
  });
}

/** What a process started, and what that started, down to the last. */
export function descendants(of: number, processes = all()): Process[] {
  const children = processes.filter(({ parent, args }) => parent === of && !args.startsWith('ps '));
  return children.flatMap((child) => [child, ...descendants(child.pid, processes)]);
}

/** Those of them that still run. */
export function alive(former: readonly Process[]): Process[] {
  const pids = new Set(former.map(({ pid }) => pid));
  return all().filter(({ pid, state }) => pids.has(pid) && !state.startsWith('Z'));
}

/** The server's own process among them. */
export function postmaster(processes: readonly Process[]): number {
  const servers = processes.filter(({ args }) => /^\S*bin\/postgres /.test(args));
  // A process that a server has just forked has its name until it gives itself one.
  const found = servers.filter(({ parent }) => !servers.some(({ pid }) => pid === parent));
  if (found.length !== 1) throw new Error(`${found.length} servers in ${JSON.stringify(processes)}`);
  return found[0]?.pid as number;
}
