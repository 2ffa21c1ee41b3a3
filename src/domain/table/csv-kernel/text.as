// Where a field's text ends, 16 bytes at a time: behind the text stand 32 zero bytes.

import { CR, LF, QUOTE } from "./grammar";

/** Whether there was a quote in the text that `plainEnd` was last asked of. */
export let isQuotePassed: bool = false;

/** Where unquoted text may end; `from` is within it. */
export function plainEnd(from: usize, end: usize, delimiters: v128): usize {
  isQuotePassed = false;
  for (let at = from; at < end; at += 16) {
    const bytes = v128.load(at);
    const ends = v128.or(
      i8x16.eq(bytes, delimiters),
      v128.or(i8x16.eq(bytes, i8x16.splat(<i8>LF)), i8x16.eq(bytes, i8x16.splat(<i8>CR))),
    );
    const mask = i8x16.bitmask(ends);
    const quotes = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)));
    // Of those before the end.
    if ((quotes & (mask ^ (mask - 1))) != 0) isQuotePassed = true;
    if (mask != 0) return at + ctz(mask);
  }
  return end;
}

/** Where quoted text may end or go on in another line. */
export function quotedEnd(from: usize, end: usize): usize {
  for (let at = from; at < end; at += 16) {
    const bytes = v128.load(at);
    const mask = i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.eq(bytes, i8x16.splat(<i8>LF))));
    if (mask != 0) return at + ctz(mask);
  }
  return end;
}
