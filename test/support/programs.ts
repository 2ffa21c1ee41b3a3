import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Whether a program that is no npm package is here. With REQUIRE_ALL=1 the answer is always yes: what is missing
 * then fails instead of being skipped.
 */
export function hasProgram(name: string): boolean {
  if (process.env['REQUIRE_ALL'] === '1') return true;
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The same for a module of Debian's Python. */
export function hasPythonModule(name: string): boolean {
  if (process.env['REQUIRE_ALL'] === '1') return true;
  return spawnSync('/usr/bin/python3', ['-c', `import ${name}`]).status === 0;
}
