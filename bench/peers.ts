import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('./peers/', import.meta.url);

/** A program beside the packages that we compare with; those are installed by the first who asks. */
export function peerFile(name: string): string {
  // Written last by npm.
  if (!existsSync(new URL('node_modules/.package-lock.json', FOLDER))) {
    const { status } = spawnSync('npm', ['ci'], { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error('the packages to compare with could not be installed');
  }
  return fileURLToPath(new URL(name, FOLDER));
}
