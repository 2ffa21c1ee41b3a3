import { AppError } from '../errors.ts';

export const tooLarge = (what: 'file' | 'table', maxBytes: number): AppError =>
  new AppError('too_large', `The ${what} is larger than the limit of ${maxBytes} bytes.`);

/** Passes bytes on, up to so many. @throws {AppError} `too_large` */
export async function* atMost(
  maxBytes: number,
  what: 'file' | 'table',
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of source) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw tooLarge(what, maxBytes);
    yield piece;
  }
}
