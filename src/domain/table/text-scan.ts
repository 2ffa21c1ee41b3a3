import { isUtf8 } from 'node:buffer';
import type { ColumnType } from '#tabular';
import { AppError } from '../../errors.ts';
import type { RowSample } from './row-sampler.ts';

/** The longest line, and so the longest record, that is read. DuckDB is given the same limit. */
export const MAX_LINE_BYTES = 1 << 20;

/** What a scan of a text table's every byte found out. */
export interface TextScan {
  readonly rows: number;
  readonly columns: readonly ScannedColumn[];
  /** Some of its rows, read when they are asked for. */
  readonly sampled: () => RowSample;
}

export interface ScannedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly missing: number;
}

const LF = 0x0a;

const inWords = (line: number) => `Line ${line}: not UTF-8 text. Save the file with the encoding UTF-8.`;

/** The text is in another encoding, or damaged, and not only cut off. */
export class NotUtf8 extends AppError {
  constructor(line: number) {
    super('bad_format', inWords(line));
  }
}

/** Checks text piece by piece for what no text format allows. */
export class TextCheck {
  /** The bytes of a character cut in two by the end of the last piece. */
  #cut = Buffer.alloc(0);

  /**
   * @param line number of the line the piece begins in
   * @throws {AppError} `bad_format` at a NUL byte or where the text is not UTF-8
   */
  check(piece: Buffer, line: number): void {
    const nul = piece.indexOf(0);
    if (nul >= 0) throw new AppError('bad_format', `Line ${lineAt(piece, nul, line)}: a NUL byte.`);
    const text = this.#cut.length > 0 ? Buffer.concat([this.#cut, piece]) : piece;
    const whole = wholeCharacters(text);
    if (!isUtf8(text.subarray(0, whole))) throw notUtf8(text, line);
    this.#cut = Buffer.from(text.subarray(whole));
  }

  /** @throws {AppError} `bad_format` when the text ends within a character */
  end(line: number): void {
    if (this.#cut.length > 0) throw new AppError('bad_format', inWords(line));
  }
}

/** Length without a character at the end that is cut off (if the bytes are UTF-8 at all). */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

function notUtf8(bytes: Buffer, line: number): NotUtf8 {
  let bad = 0;
  let lineStart = 0;
  // Lines are checked on their own: a line feed is never part of another character.
  for (let end = 0; end >= 0 && isUtf8(bytes.subarray(bad, lineStart)); ) {
    bad = lineStart;
    end = bytes.indexOf(LF, bad);
    lineStart = end + 1;
  }
  return new NotUtf8(lineAt(bytes, bad, line));
}

function lineAt(piece: Buffer, offset: number, first: number): number {
  let line = first;
  for (let i = piece.indexOf(LF); i >= 0 && i < offset; i = piece.indexOf(LF, i + 1)) line++;
  return line;
}
