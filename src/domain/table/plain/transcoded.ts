import { AppError } from '../../../errors.ts';
import type { Encoding } from '../../../vocabulary/tables.ts';

/**
 * A text in UTF-8, without a byte order mark.
 * @throws {AppError} `bad_format` where its bytes are no text in that encoding
 */
export async function* transcoded(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (chunk?: Uint8Array): Buffer => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }));
    } catch (cause) {
      throw new AppError('bad_format', `The file is no text in ${encoding}.`, { cause });
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}
