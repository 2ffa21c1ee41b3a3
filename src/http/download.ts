import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { ObjectNotFound, type Storage } from '../adapters/storage/storage.ts';
import { AppError } from '../errors.ts';
import { problemResponse } from './problem.ts';

export interface Download {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly fileName: string;
  readonly contentType: string;
}

interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * One byte range of RFC 9110, both ends included; undefined: the whole file is to be sent, as for every range that
 * can't be read; null: it lies outside the file.
 */
function parseRange(header: string | undefined, size: number): ByteRange | undefined | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (!match || (from === '' && to === '')) return undefined;
  if (from === '') return Number(to) === 0 ? null : { start: Math.max(0, size - Number(to)), end: size - 1 };
  if (to !== '' && Number(to) < Number(from)) return undefined;
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return Number(from) < size ? { start: Number(from), end } : null;
}

const attachment = (name: string) =>
  `attachment; filename="${name.replace(/[^\x20-\x7e]|["\\%]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;

/** Sends a stored file, a part of it when asked, nothing when the client has it already. */
export async function download(c: Context, storage: Storage, file: Download): Promise<Response> {
  const etag = `"${file.sha256}"`;
  const headers: Record<string, string> = {
    etag,
    'accept-ranges': 'bytes',
    'content-type': file.contentType,
    'content-disposition': attachment(file.fileName),
    'x-content-type-options': 'nosniff',
  };
  const known = c.req.header('if-none-match');
  if (known && (known === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)))
    return new Response(null, { status: 304, headers: { etag } });

  const ifRange = c.req.header('if-range');
  const isWhole = c.req.method === 'HEAD' || (ifRange !== undefined && ifRange !== etag);
  const range = isWhole ? undefined : parseRange(c.req.header('range'), file.bytes);
  if (range === null)
    return problemResponse('range_not_satisfiable', `The file has ${file.bytes} bytes.`, {
      'content-range': `bytes */${file.bytes}`,
    });
  headers['content-length'] = String(range ? range.end - range.start + 1 : file.bytes);
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end}/${file.bytes}`;
  const status = range ? 206 : 200;
  if (c.req.method === 'HEAD') return new Response(null, { status, headers });
  try {
    const stream = await storage.read(file.key, range);
    return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { status, headers });
  } catch (error) {
    if (error instanceof ObjectNotFound)
      throw new AppError('not_found', 'The file is no longer there.', { cause: error });
    throw error;
  }
}
