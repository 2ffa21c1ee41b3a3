import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const PROJECT = new URL('../../', import.meta.url);

/**
 * Runs the commands of the README's tour as they are printed.
 * @param key sent with each request, for a service that asks for one
 * @returns what they print
 */
export async function takeTour(origin: string, key?: string): Promise<string> {
  const readme = await readFile(new URL('README.md', PROJECT), 'utf8');
  const blocks = [...readme.matchAll(/```sh tour\n(.*?)```/gs)].map(([, block]) => block);
  if (blocks.length < 5) throw new Error(`the README's tour has ${blocks.length} blocks of commands`);
  const withKey = key ? `curl() { command curl --header 'Authorization: Bearer ${key}' "$@"; }` : '';
  const script = ['set -euo pipefail', withKey, ...blocks].join('\n');
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', script.replaceAll('http://127.0.0.1:8000', origin)],
    {
      cwd: PROJECT,
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
    },
  );
  return stdout;
}
