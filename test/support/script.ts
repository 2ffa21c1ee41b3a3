import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { tied } from './tied.ts';

export interface Script extends AsyncDisposable {
  readonly process: ChildProcess;
  /** The next line it prints, parsed as JSON. */
  next<T>(): Promise<T>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a TypeScript file as a process of its own; it speaks JSON, a line a message. */
export function startScript(script: URL, args: string[] = [], preload: URL[] = []): Script {
  const child = tied(
    spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        ...preload.flatMap((url) => ['--import', url.href]),
        fileURLToPath(script),
        ...args,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    ),
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async next<T>() {
      const { done, value } = await lines.next();
      if (done) throw new Error(`${fileURLToPath(script)} ended without a word: ${stderr}`);
      return JSON.parse(value) as T;
    },
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await closed;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await closed;
    },
  };
}

/** Runs a script for the one message it prints. */
export async function runScript<T>(script: URL, args: string[] = [], preload: URL[] = []): Promise<T> {
  await using running = startScript(script, args, preload);
  return await running.next<T>();
}
