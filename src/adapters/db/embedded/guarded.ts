import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Identity } from './identity.ts';

/**
 * Descriptor 3 comes to its end when the service does, by whatever signal: then the program is asked to stop, and
 * after a second made to. A signal that arrives before the program minds it is lost, so it is sent again.
 */
const GUARD = `
"$@" 3<&- & program=$!
(
  read -r _ <&3
  for _ in 1 2 3 4 5; do kill -INT $program 2>/dev/null || exit; sleep 0.2; done
  while kill -QUIT $program 2>/dev/null; do sleep 0.2; done
) & watch=$!
exec 3<&-
wait $program
status=$?
kill $watch 2>/dev/null
exit $status
`;

/** The same without a shell; what can't be signalled is stopped by pg_ctl. */
const WINDOWS_GUARD = `
const { spawn, spawnSync } = require('node:child_process');
const [stop, program, ...args] = process.argv.slice(1);
const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
child.on('exit', (code) => process.exit(code ?? 1));
const stopping = () => {
  const data = args[args.indexOf('-D') + 1];
  for (const mode of ['fast', 'immediate'])
    if (spawnSync(stop, ['stop', '-D', data, '-m', mode, '-t', '1'], { stdio: 'ignore' }).status === 0) return;
  child.kill();
};
const pipe = new (require('node:net').Socket)({ fd: 3 });
pipe.on('error', stopping).on('end', stopping).resume();
`;

export interface Guarded extends AsyncDisposable {
  /** What it wrote last, for the message of a failure. */
  readonly lastWords: readonly string[];
  /** Resolved with its exit code when it has ended. */
  readonly ended: Promise<number>;
}

const KEPT_LINES = 10;

interface GuardedOptions {
  readonly identity: Identity;
  readonly pgCtl: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

/**
 * Runs one of PostgreSQL's programs so that it ends when this process does. It has a session of its own: Ctrl-C in a
 * terminal is for the service, which needs its database to stop.
 */
export function runGuarded(
  command: readonly string[],
  { identity, pgCtl, env = {}, onLine = () => {} }: GuardedOptions,
): Guarded {
  const [file = '', ...args] =
    process.platform === 'win32'
      ? [process.execPath, '-e', WINDOWS_GUARD, pgCtl, ...command]
      : [...identity.prefix, 'sh', '-c', GUARD, 'embedded-database', ...command];
  // biome-ignore lint/style/noProcessEnv: picked by name and handed on, never read as settings
  const { PATH, SystemRoot, TEMP } = process.env;
  const child: ChildProcess = spawn(file, args, {
    ...identity.spawn,
    cwd: '/',
    env: { PATH, SystemRoot, TEMP, LC_ALL: 'C', TZ: 'UTC', ...env },
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const lifeline = child.stdio[3] as NodeJS.WritableStream & { destroy(): void };
  lifeline.on('error', () => {});
  const lastWords: string[] = [];
  const output = createInterface({ input: child.stderr as NodeJS.ReadableStream });
  output.on('line', (line) => {
    lastWords.push(line);
    if (lastWords.length > KEPT_LINES) lastWords.shift();
    onLine(line);
  });
  const ended = once(child, 'close').then(
    ([code]) => (code as number | null) ?? 1,
    (error: Error) => {
      lastWords.push(error.message);
      return 1;
    },
  );
  return {
    lastWords,
    ended,
    async [Symbol.asyncDispose]() {
      lifeline.destroy();
      await ended;
    },
  };
}
