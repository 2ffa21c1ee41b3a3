import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../support/client.ts';
import { tied } from '../support/tied.ts';

/** A program that can be ended and started again. */
export interface Daemon extends AsyncDisposable {
  /** As after a crash: without a word. */
  kill(): Promise<void>;
  /** Until it is ready. */
  start(): Promise<void>;
}

/** @param ready an address that answers with 200 from then on */
export function daemon(program: string, args: readonly string[], ready: string): Daemon {
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.kill(signal);
    await once(running, 'close');
  };
  return {
    kill: () => end('SIGKILL'),
    async start() {
      child = tied(spawn(program, args, { stdio: 'ignore', detached: true }));
      await eventually(async () => (await fetch(ready).catch(() => undefined))?.ok);
    },
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}
