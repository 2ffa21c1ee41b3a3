import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes a generated file that is committed. With `--check` on the command line nothing is written: a file that
 * differs is named, with the command that writes it, and the process ends with exit code 1.
 */
export function generatedFile(path: string, text: string, command: string): void {
  const file = new URL(`../${path}`, import.meta.url);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (readIfThere(file) !== text) {
    process.stderr.write(`${path} is not what its source says: run ${command}\n`);
    process.exitCode = 1;
  }
}

function readIfThere(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
