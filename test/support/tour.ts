import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const PROJECT = new URL('../../', import.meta.url);

/**
 * Runs the commands of the pages' tours as they are printed.
 * @param key sent with each request, for a service that asks for one
 * @param pages each goes on where the one before has ended
 * @returns what they print
 */
export async function takeTour(
  origin: string,
  key?: string,
  pages: readonly string[] = ['README.md'],
): Promise<string> {
  const texts = await Promise.all(pages.map((page) => readFile(new URL(page, PROJECT), 'utf8')));
  const blocks = texts.flatMap((text) => {
    const found = Array.from(text.matchAll(/```sh tour\n(.*?)```/gs), ([, block]) => block);
    if (found.length < 4) throw new Error(`a tour has ${found.length} blocks of commands`);
    return found;
  });
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
