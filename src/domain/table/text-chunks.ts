import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../errors.ts';
import type { Compression } from '../../vocabulary/tables.ts';
import { growingFile } from './growing-file.ts';

const READ_BYTES = 1 << 20;
const INFLATED_BYTES = 256 << 10;

interface ReadOptions {
  /** Of what is decompressed; unset: any number. */
  readonly maxBytes?: number;
  /** Where the file still grows until it is moved to its path. */
  readonly part?: string | undefined;
}

/**
 * The decompressed bytes of a file, piece by piece, none of them empty. A piece is only valid until the next one
 * is asked for: its memory is used again.
 * @throws {AppError} `too_large` when more than `maxBytes` come out, `bad_format` for a broken gzip stream
 * @throws {SlowArrival} when it grows too slowly
 */
export async function* readChunks(
  path: string,
  compression: Compression,
  { maxBytes = Number.POSITIVE_INFINITY, part }: ReadOptions = {},
): AsyncGenerator<Buffer> {
  const bytes = part === undefined ? undefined : growingFile(part, path);
  const pieces = compression === 'gzip' ? inflated(bytes ?? path) : (bytes ?? plain(path));
  yield* upTo(maxBytes, pieces);
}

/** The same of bytes that arrive. */
export const decompressed = (
  bytes: AsyncIterable<Buffer>,
  compression: Compression,
  maxBytes: number,
): AsyncIterable<Buffer> => (compression === 'gzip' ? upTo(maxBytes, inflated(bytes)) : bytes);

async function* upTo(maxBytes: number, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of pieces) {
    total += chunk.length;
    if (total > maxBytes)
      throw new AppError('too_large', `The table is larger than ${maxBytes} bytes when decompressed.`);
    yield chunk;
  }
}

/** Two buffers in turn: the next read is under way while the last one is looked at. */
async function* plain(path: string): AsyncGenerator<Buffer> {
  await using file = await open(path);
  let [current, spare] = [Buffer.allocUnsafeSlow(READ_BYTES), Buffer.allocUnsafeSlow(READ_BYTES)];
  let reading = file.read(current, 0, READ_BYTES);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      reading = file.read(spare, 0, READ_BYTES);
      yield current.subarray(0, bytesRead);
      [current, spare] = [spare, current];
    }
  } finally {
    await reading.catch(() => undefined);
  }
}

async function* inflated(from: string | AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source =
    typeof from === 'string'
      ? createReadStream(from, { highWaterMark: 64 << 10 })
      : // Copies: the stream reads ahead.
        Readable.from(copied(from), { highWaterMark: 1 });
  const gunzip = createGunzip({ chunkSize: INFLATED_BYTES });
  source.on('error', (error: Error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      throw new AppError('bad_format', brokenGzip(String(error.code)));
    throw error;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function* copied(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

function brokenGzip(code: string): string {
  return code === 'Z_BUF_ERROR'
    ? 'The gzip stream ends too early: the file is cut off.'
    : 'The gzip stream is damaged.';
}

/** The start of a file, decompressed: at least `bytes` of it, unless it is shorter. A copy. */
export async function readHead(path: string, compression: Compression, bytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let total = 0;
  for await (const chunk of readChunks(path, compression)) {
    pieces.push(Buffer.from(chunk));
    total += chunk.length;
    if (total >= bytes) break;
  }
  return Buffer.concat(pieces);
}
