import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Client, client } from './client.ts';
import { tied } from './tied.ts';

const PROJECT = new URL('../../', import.meta.url);
const { PATH, NODE_COMPILE_CACHE } = process.env;
const ARGS = [
  '--disable-warning=ExperimentalWarning',
  '--import',
  './src/telemetry/register.ts',
  'src/main.ts',
];

export interface Service extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly origin: string;
  readonly api: Client;
  /** Every log line so far, parsed. */
  readonly log: readonly Record<string, unknown>[];
  /** Sends the signal and waits for the end; its exit code, null when the signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** The service's process and no more. */
export const startMain = (args: readonly string[], env: Record<string, string>) =>
  tied(
    spawn(process.execPath, [...ARGS, ...args], {
      cwd: PROJECT,
      env: { PATH, NODE_COMPILE_CACHE, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    }),
  );

/** Runs src/main.ts to its end, for starts that must fail. */
export async function runMain(
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = startMain(args, env);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/**
 * The service as users start it: a process of its own with telemetry, on a port of its own, and in a process group of
 * its own as in a terminal.
 */
export async function startService(root: string, env: Record<string, string> = {}): Promise<Service> {
  const child = startMain([], { STORAGE_ROOT: root, PORT: '0', ...env });
  const log: Record<string, unknown>[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const listening = Promise.withResolvers<number>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const entry = JSON.parse(line) as Record<string, unknown>;
    log.push(entry);
    if (entry['msg'] === 'listening') listening.resolve(entry['port'] as number);
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  void closed.then(([code]) =>
    listening.reject(new Error(`ended with ${code}: ${stderr}${JSON.stringify(log)}`)),
  );
  const origin = `http://127.0.0.1:${await listening.promise}`;

  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return (await closed)[0];
  };
  return {
    process: child,
    origin,
    api: client(origin, env['AUTH__ADMIN_KEY']),
    log,
    stop,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await stop('SIGKILL');
    },
  };
}
