import { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import type { Context } from 'hono';
import { AppError } from '../errors.ts';
import type { Env } from './router.ts';

const FIELD = 'file';
const FORM_LIMITS = { fields: 20, fieldSize: 10_000, parts: 40, headerPairs: 50 };

/** An upload as it arrives: its name and its bytes, read as fast as they are stored and no faster. */
export interface UploadBody {
  /** Undefined when neither the form nor `?name=` gave one. */
  readonly name: string | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Names a broken connection for what it is. */
async function* whileConnected(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('aborted', 'The upload was not finished.', { cause: error });
  }
}

const requestStream = (c: Context<Env>): Readable => {
  if (c.env?.incoming) return c.env.incoming;
  return c.req.raw.body ? Readable.fromWeb(c.req.raw.body) : Readable.from([]);
};

/**
 * The first file of a multipart form.
 * @throws {AppError} `invalid_request` when the form has none, or is no form
 */
function multipartFile(source: Readable, contentType: string): Promise<UploadBody> {
  const { promise, resolve, reject } = Promise.withResolvers<UploadBody>();
  let parser: BusboyInstance;
  try {
    parser = new Busboy({ headers: { 'content-type': contentType } as BusboyHeaders, limits: FORM_LIMITS });
  } catch (error) {
    throw new AppError('invalid_request', 'The multipart form has no boundary.', { cause: error });
  }
  let file: Readable | undefined;
  const fail = (error: Error) => {
    source.unpipe(parser);
    if (file) file.destroy(error);
    reject(error);
  };
  const broken = (cause?: unknown) =>
    new AppError('invalid_request', 'The multipart form is broken.', { cause });
  const cutOff = (cause?: unknown) => new AppError('aborted', 'The upload was not finished.', { cause });

  parser.on('file', (field, stream, filename) => {
    if (file || field !== FIELD) {
      stream.resume();
      return;
    }
    file = stream;
    resolve({ name: filename, bytes: whileConnected(stream) });
  });
  parser.on('error', (error) => fail(broken(error)));
  parser.on('finish', () => {
    if (!file) reject(new AppError('invalid_request', `The form has no file in its field "${FIELD}".`));
  });
  source.on('error', (error) => fail(cutOff(error)));
  source.on('close', () => {
    if (!source.readableEnded) fail(cutOff());
  });
  source.pipe(parser);
  return promise;
}

/** The file of an upload request: field `file` of a form, or the raw body. */
export async function uploadBody(c: Context<Env>, name: string | undefined): Promise<UploadBody> {
  const contentType = c.req.header('content-type') ?? '';
  const source = requestStream(c);
  if (!/^multipart\/form-data\b/i.test(contentType)) return { name, bytes: whileConnected(source) };
  const form = await multipartFile(source, contentType);
  return { name: name ?? form.name, bytes: form.bytes };
}
