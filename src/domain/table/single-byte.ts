/** By Latin-1, bytes of a character beyond ASCII in UTF-8, and those that are none in Windows-1252. */
const UTF8_LETTER = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/;
const NO_LETTER = /[\x81\x8d\x8f\x90\x9d]/;
/** A letter of UTF-8 may be cut in two by so many bytes. */
const LONGEST_START = 3;

/**
 * Whether a text that is not UTF-8 is in the encoding that was common before: there is no letter beyond ASCII that is one
 * in UTF-8, but some that are none. Where both are, it is damaged.
 */
export function isSingleByte(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  return !UTF8_LETTER.test(text) && !NO_LETTER.test(text);
}

/** The same of a text that comes in pieces, each of which is only used until the next one is asked for. */
export async function isSingleByteText(pieces: AsyncIterable<Buffer>): Promise<boolean> {
  let end = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (!isSingleByte(Buffer.concat([end, piece]))) return false;
    end = Buffer.from(piece.subarray(-LONGEST_START));
  }
  return true;
}
