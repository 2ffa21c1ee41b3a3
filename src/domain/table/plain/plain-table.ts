import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../../errors.ts';
import type { FileType, PlainFileType } from '../../../vocabulary/tables.ts';
import type { DatasetWarning } from '../../../vocabulary/warnings.ts';
import { readChunks } from '../text-chunks.ts';
import { plainLines } from './plain-lines.ts';

export interface PlainTable {
  readonly path: string;
  readonly fileType: PlainFileType;
  readonly warnings: readonly DatasetWarning[];
}

const isPlain = (fileType: FileType): fileType is FileType & PlainFileType =>
  fileType.format === 'parquet' ||
  (fileType.encoding === undefined &&
    fileType.format !== 'json' &&
    fileType.format !== 'xlsx' &&
    fileType.layout?.na_values === undefined);

/** Whether a file must be written anew before it is read. */
export const needsRoom = (fileType: FileType): boolean => !isPlain(fileType);

/**
 * A table file as scanner and database read it: itself, or the same table written as one.
 * @param room a folder for what is written; it is needed where `needsRoom` says so
 * @param maxBytes of what is written
 * @throws {AppError} `too_large`; `bad_format` for what can't be read; `empty`
 */
export async function plainTable(
  { path, fileType }: { readonly path: string; readonly fileType: FileType },
  room: string | undefined,
  maxBytes: number,
): Promise<PlainTable> {
  if (isPlain(fileType)) return { path, fileType, warnings: [] };
  if (room === undefined) throw new Error('no room for a table that must be written anew');
  const { format, warnings, lines, layout } = await plainLines(readChunks(path, 'none'), fileType, maxBytes);
  await mkdir(room, { recursive: true });
  const written = join(room, 'plain');
  await pipeline(Readable.from(limited(lines, maxBytes)), createWriteStream(written, { flags: 'wx' }));
  return { path: written, fileType: { format, compression: 'none', layout: layout() }, warnings };
}

async function* limited(
  pieces: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    // A copy: a piece is valid only until the next one is asked for, and the stream asks ahead.
    const copy = Buffer.from(piece as Uint8Array);
    bytes += copy.length;
    if (bytes > maxBytes)
      throw new AppError('too_large', `The table is larger than ${maxBytes} bytes when written as a text.`);
    yield copy;
  }
}
