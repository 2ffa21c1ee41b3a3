import { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import type { Context } from 'hono';
import { AppError } from '../errors.ts';
import type { Env } from './router.ts';

const [FIELD, OPTIONS] = ['file', 'options'];
const FORM_LIMITS = { fields: 20, fieldSize: 10_000, parts: 40, headerPairs: 50 };
/** An upload may take hours, but a client that sends nothing for so long is gone. */
const STALL_MS = 120_000;

/** An upload as it arrives: its name and its bytes, read as fast as they are stored and no faster. */
export interface UploadBody {
  /** Undefined when neither the form nor `?name=` gave one. */
  readonly name: string | undefined;
  /** As the form's field `options`, in front of the file, or `?options=` gave them. */
  readonly options: string | undefined;
  /** A chunk is only valid until the next one is asked for. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

const stalled = () =>
  new AppError('request_timeout', 'The upload stood still for too long and was given up.');
const cutOff = (cause?: unknown) => new AppError('aborted', 'The upload was not finished.', { cause });
const broken = (cause?: unknown) =>
  new AppError('invalid_request', 'The multipart form is broken.', { cause });

/** The body; it emits `timeout` when it stalls. */
function requestStream(c: Context<Env>, stallMs: number): Readable {
  const { incoming } = c.env ?? {};
  if (!incoming) return c.req.raw.body ? Readable.fromWeb(c.req.raw.body) : Readable.from([]);
  incoming.setTimeout(stallMs);
  // What follows the last byte is our own time.
  incoming.once('end', () => incoming.setTimeout(0));
  return incoming;
}

/**
 * Gives a chunk's memory back. Left to the garbage collector it would make a collection of everything necessary for
 * every 64 MB that arrive.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/**
 * A reader who stops early leaves the request open: what is left of a destroyed one is never read, and its sender waits.
 * @param isLent a chunk is only valid until the next one is asked for
 */
async function* rawBytes(source: Readable, isLent = false): AsyncGenerator<Uint8Array> {
  let news = Promise.withResolvers<void>();
  let failure: AppError | undefined;
  const fail = (error: AppError) => {
    failure ??= error;
    news.resolve();
  };
  const listeners = {
    readable: () => news.resolve(),
    end: () => news.resolve(),
    timeout: () => fail(stalled()),
    error: (error: unknown) => fail(cutOff(error)),
    close: () => fail(cutOff()),
  };
  for (const [event, listener] of Object.entries(listeners)) source.on(event, listener);
  try {
    for (;;) {
      const chunk: Uint8Array | null = source.read();
      if (chunk) {
        yield chunk;
        if (isLent) release(chunk);
      } else if (source.readableEnded) return;
      else if (failure ?? source.destroyed) throw failure ?? cutOff();
      else {
        await news.promise;
        news = Promise.withResolvers();
      }
    }
  } finally {
    for (const [event, listener] of Object.entries(listeners)) source.off(event, listener);
  }
}

/**
 * The one file of a multipart form. Its bytes end well only when the whole form did.
 * @throws {AppError} `invalid_request` when the form has no file or more than one, or is no form; `aborted`, `request_timeout`
 */
function multipartFile(source: Readable, contentType: string): Promise<UploadBody> {
  let parser: BusboyInstance;
  try {
    parser = new Busboy({ headers: { 'content-type': contentType } as BusboyHeaders, limits: FORM_LIMITS });
  } catch (error) {
    throw new AppError('invalid_request', 'The multipart form has no boundary.', { cause: error });
  }
  const found = Promise.withResolvers<UploadBody>();
  const ended = Promise.withResolvers<void>();
  // A form refused before its file was found has nobody who reads it to its end.
  ended.promise.catch(() => {});
  let file: Readable | undefined;
  let failure: AppError | undefined;

  const fail = (error: AppError) => {
    failure ??= error;
    source.unpipe(parser);
    file?.destroy(failure);
    found.reject(failure);
    ended.reject(failure);
  };

  async function* bytesOf(stream: Readable): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of stream) {
        yield chunk;
        // One that shares its memory with others is left alone.
        release(chunk);
      }
    } catch (error) {
      throw failure ?? broken(error);
    }
    await ended.promise;
  }

  let options: string | undefined;
  parser.on('field', (field, value) => {
    if (field !== OPTIONS) return;
    options = value;
    // Ignored in silence it would be taken for done.
    if (file)
      fail(new AppError('invalid_request', `The form's field "${OPTIONS}" must stand in front of its file.`));
  });
  parser.on('file', (field, stream, filename) => {
    // The parser tells its errors to the file too, and nobody may be reading it yet.
    stream.on('error', () => {});
    if (field !== FIELD || file) {
      stream.resume();
      if (file)
        fail(new AppError('invalid_request', `The form may hold only one file, in its field "${FIELD}".`));
      return;
    }
    file = stream;
    // What a reader who stopped early has left must not pile up in the parser.
    stream.once('close', () => stream.readableEnded || source.unpipe(parser));
    found.resolve({ name: filename, options, bytes: bytesOf(stream) });
  });
  parser.on('error', (error) => fail(broken(error)));
  parser.on('finish', () => {
    found.reject(new AppError('invalid_request', `The form has no file in its field "${FIELD}".`));
    ended.resolve();
  });
  source.on('timeout', () => fail(stalled()));
  source.on('error', (error) => fail(cutOff(error)));
  source.on('close', () => source.readableEnded || fail(cutOff()));
  source.pipe(parser);
  return found.promise;
}

/** The request's body as it arrives. @throws {AppError} `aborted` or `request_timeout` when it does not arrive whole */
export const bodyBytes = (c: Context<Env>, stallMs = STALL_MS): AsyncIterable<Uint8Array> =>
  rawBytes(requestStream(c, stallMs));

/** The file of an upload request: field `file` of a form, or the raw body. */
export async function uploadBody(
  c: Context<Env>,
  { name, options }: { readonly name?: string | undefined; readonly options?: string | undefined },
  stallMs = STALL_MS,
): Promise<UploadBody> {
  const contentType = c.req.header('content-type') ?? '';
  const source = requestStream(c, stallMs);
  if (!/^multipart\/form-data\b/i.test(contentType)) return { name, options, bytes: rawBytes(source, true) };
  const form = await multipartFile(source, contentType);
  return { name: name ?? form.name, options: options ?? form.options, bytes: form.bytes };
}
