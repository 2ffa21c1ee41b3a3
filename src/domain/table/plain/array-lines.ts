import { AppError } from '../../../errors.ts';

const [OPEN, CLOSE] = [0x5b, 0x5d];
const [BRACE, END_BRACE] = [0x7b, 0x7d];
const [COMMA, QUOTE, BACKSLASH, LF, CR, SPACE] = [0x2c, 0x22, 0x5c, 0x0a, 0x0d, 0x20];
const isBlank = (byte: number) => byte === SPACE || byte === LF || byte === CR || byte === 0x09;
const MARK = [0xef, 0xbb, 0xbf];

/**
 * The elements of a JSON array, each on a line of its own. Only the array is looked at: what its elements are, whoever
 * reads the lines finds out.
 * @throws {AppError} `bad_format`
 */
export async function* arrayLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let depth = 0;
  let inText = false;
  let isEscaped = false;
  let isOver = false;
  for await (const chunk of chunks) {
    const line = Buffer.from(chunk);
    for (let i = 0; i < line.length; i++) {
      const byte = line[i]!;
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) inText = false;
        continue;
      }
      if (isBlank(byte)) {
        line[i] = SPACE;
        continue;
      }
      if (isOver) throw new AppError('bad_format', 'Something stands behind the end of the JSON array.');
      if (depth === 0 && MARK.includes(byte)) line[i] = SPACE;
      else if (depth === 0 && byte !== OPEN) throw new AppError('bad_format', 'The file is no JSON array.');
      else if (byte === QUOTE) inText = true;
      else if (byte === OPEN || byte === BRACE) {
        if (depth === 0) line[i] = SPACE;
        depth++;
      } else if (byte === CLOSE || byte === END_BRACE) {
        depth--;
        isOver = depth === 0;
        if (isOver) line[i] = LF;
      } else if (byte === COMMA && depth === 1) line[i] = LF;
    }
    yield line;
  }
  if (!isOver) throw new AppError('bad_format', 'The JSON array ends too early: the file is cut off.');
}
