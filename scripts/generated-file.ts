import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Writes a generated file that is committed. With `--check` on the command line nothing is written: a file that
 * differs is named, with the command that writes it, and the process ends with exit code 1.
 */
export function generatedFile(path: string, text: string, command: string): void {
  const file = new URL(`../${path}`, import.meta.url);
  if (!process.argv.includes('--check')) {
    mkdirSync(new URL('.', file), { recursive: true });
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

/** The same for a folder that holds generated files alone: what is there besides them goes, or is named. */
export function generatedFolder(path: string, texts: ReadonlyMap<string, string>, command: string): void {
  for (const [name, text] of texts) generatedFile(`${path}/${name}`, text, command);
  const folder = fileURLToPath(new URL(`../${path}`, import.meta.url));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const name = relative(folder, file);
    if (!entry.isFile() || texts.has(name)) continue;
    if (!process.argv.includes('--check')) rmSync(file);
    else {
      process.stderr.write(`${path}/${name} is made from nothing any more: run ${command}\n`);
      process.exitCode = 1;
    }
  }
}
