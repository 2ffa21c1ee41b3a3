import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { tied } from '../support/tied.ts';

/** A shell, in which what one block of commands has set is there for the next. */
export interface Terminal extends AsyncDisposable {
  /** @returns what is seen of them: standard output and error @throws when one fails, with what was seen */
  run(commands: string): Promise<string>;
}

/** Commands come by a descriptor of their own, each block with a zero at its end, as what it prints has one. */
const SHELL = `
  set -euo pipefail
  exec 2>&1
  while IFS= read -r -d '' commands <&3; do
    eval "$commands" 3<&- </dev/null
    printf '\\0'
  done
`;

export function openTerminal(cwd: string, env: NodeJS.ProcessEnv): Terminal {
  const child = tied(
    spawn('bash', ['-c', SHELL], { cwd, env, stdio: ['ignore', 'pipe', 'inherit', 'pipe'], detached: true }),
  );
  const commandsTo = child.stdio[3] as Writable;
  // Of a shell that has ended `run` tells.
  commandsTo.on('error', () => {});
  let seen = '';
  let waiting: PromiseWithResolvers<string> | undefined;
  (child.stdout as Readable).setEncoding('utf8').on('data', (text: string) => {
    seen += text;
    if (!seen.endsWith('\0')) return;
    waiting?.resolve(seen.slice(0, -1));
    seen = '';
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  void closed.then(([code]) => waiting?.reject(new Error(`a command ended with ${code}:\n${seen}`)));
  return {
    async run(commands) {
      waiting = Promise.withResolvers<string>();
      if (child.exitCode !== null) throw new Error('the shell has ended');
      commandsTo.write(`${commands}\0`);
      return await waiting.promise;
    },
    async [Symbol.asyncDispose]() {
      commandsTo.end();
      await closed;
    },
  };
}
