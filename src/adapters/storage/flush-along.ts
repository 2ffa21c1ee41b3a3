import type { FileHandle } from 'node:fs/promises';

/** Bytes after which the disk is set to work again. */
const FLUSH_EVERY_BYTES = 32 * 1024 * 1024;

/**
 * Lets what comes from `source` pass on into `file`, and has the file flushed now and then meanwhile, so that at its end
 * little is left to wait for: the kernel by itself begins when half a minute has passed or memory runs short.
 *
 * A flush that fails ends the stream: the next one may succeed although bytes were lost.
 */
export async function* flushAlong(
  source: AsyncIterable<Uint8Array>,
  file: FileHandle,
): AsyncGenerator<Uint8Array> {
  let unflushed = 0;
  let flushing: Promise<void> | undefined;
  let isFlushing = false;
  const flush = async () => {
    isFlushing = true;
    try {
      await file.datasync();
    } finally {
      isFlushing = false;
    }
  };
  try {
    for await (const chunk of source) {
      yield chunk;
      unflushed += chunk.byteLength;
      if (unflushed < FLUSH_EVERY_BYTES || isFlushing) continue;
      await flushing;
      unflushed = 0;
      flushing = flush();
      // Heard at the next flush, or at the end.
      flushing.catch(() => {});
    }
    await flushing;
  } finally {
    // The file must not be closed before.
    await flushing?.catch(() => {});
  }
}
