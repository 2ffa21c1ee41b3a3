import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { tied } from '../support/tied.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
export const NODE_ARGS = ['--disable-warning=ExperimentalWarning', MAIN];

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a script would. @param input what is piped in */
export async function command(
  args: readonly string[],
  env: Record<string, string>,
  input: string | Uint8Array = '',
): Promise<Said> {
  const child = tied(
    spawn(process.execPath, [...NODE_ARGS, ...args], {
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    }),
  );
  // Whoever does not read it, closes it.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await closed, stdout, stderr };
}
