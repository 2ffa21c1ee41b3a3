import { execFile, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { peerFile } from './peers.ts';

const CONNECTIONS = 32;
const MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

const has = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
/** On one core each, neither server nor load steals the other's time. */
const canPin = availableParallelism() > 1 && has('taskset');
const SERVER_CORE = '0';
const LOAD_CORE = '1';

export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** Keeps a process and its threads on the servers' core. */
export function pinServer(pid: number): void {
  if (canPin) spawnSync('taskset', ['-acp', SERVER_CORE, String(pid)], { stdio: 'ignore' });
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const all = canPin ? ['taskset', '-c', LOAD_CORE, program, ...args] : [program, ...args];
  const { stdout } = await promisify(execFile)(all[0] as string, all.slice(1), { maxBuffer: 1 << 24 });
  return stdout;
}

async function wrk(url: string, seconds: number): Promise<Load> {
  const out = await run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', url]);
  if (/Non-2xx/.test(out)) throw new Error(out);
  const [, requests] = /(\d+) requests in/.exec(out) ?? [];
  const [, perSecond] = /Requests\/sec:\s+([\d.]+)/.exec(out) ?? [];
  const [, p99, unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(out) ?? [];
  return {
    requests: Number(requests),
    perSecond: Number(perSecond),
    p99Ms: Number(p99) * (MS[unit] ?? Number.NaN),
  };
}

async function autocannon(url: string, seconds: number): Promise<Load> {
  const program = peerFile('node_modules/autocannon/autocannon.js');
  const args = [program, '--json', '--connections', String(CONNECTIONS), '--duration', String(seconds), url];
  const { requests, latency, non2xx } = JSON.parse(await run(process.execPath, args));
  if (non2xx > 0) throw new Error(`${non2xx} answers were no success`);
  return { requests: requests.total, perSecond: requests.average, p99Ms: latency.p99 };
}

/** So many seconds of requests by 32 connections, each one after the other. */
export const load = has('wrk') ? wrk : autocannon;
