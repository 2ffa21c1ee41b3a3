import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readPage } from '../docs/page.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Runs the commands of the README's tour as they are printed.
 * @param key sent with each request
 * @returns what they print
 */
export async function takeTour(origin: string, key: string): Promise<string> {
  const blocks = readPage('README.md').blocks.filter(({ heading }) => heading === 'Two-minute tour');
  if (blocks.length < 4) throw new Error(`the tour has ${blocks.length} blocks of commands`);
  const script = [
    'set -euo pipefail',
    `curl() { command curl --header 'Authorization: Bearer ${key}' "$@"; }`,
    ...blocks.map(({ commands }) => commands),
  ].join('\n');
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
