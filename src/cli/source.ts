import { existsSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileFrom } from '../client/node.ts';
import type { Context } from './context.ts';
import { CliError } from './errors.ts';

/** A table by its path, or from standard input by `-`. */
export async function sourceOf(
  { process: { stdin } }: Context,
  path: string,
): Promise<File | ReadableStream<Uint8Array>> {
  if (path === '-') {
    if (stdin.isTTY) throw new CliError('Standard input is the terminal: pipe a table in, or name a file.');
    return Readable.toWeb(stdin) as ReadableStream<Uint8Array>;
  }
  if (!existsSync(path) || !statSync(path).isFile()) throw new CliError(`There is no file ${path}.`);
  return fileFrom(path);
}
