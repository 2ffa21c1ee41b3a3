import type { FileHandle } from 'node:fs/promises';
import { Writable } from 'node:stream';

/** Of one write: few, long ones. */
const BUFFER_BYTES = 1024 * 1024;
/** Of the first one. A small file takes no more memory than that. */
const FIRST_BUFFER_BYTES = 64 * 1024;
/** Bytes after which the disk is set to work again. */
const FLUSH_EVERY_BYTES = 32 * 1024 * 1024;

/**
 * Writes into a file, which it flushes and closes at its end. A chunk is copied before the next one is asked for, so
 * that its memory can be given back; two buffers take turns, one is filled while the other is written.
 *
 * The file is flushed now and then meanwhile, so that little is left to wait for at its end: the kernel by itself begins
 * when half a minute has passed or memory runs short. A flush that fails ends the stream: the next one may succeed
 * although bytes were lost.
 */
export class FileWriter extends Writable {
  readonly #file: FileHandle;
  #buffer: Buffer | undefined = Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES);
  #spare: Buffer | undefined;
  #filled = 0;
  #unflushed = 0;
  #isFlushing = false;
  /** The latest of each, heard before the next one begins. */
  #writing: Promise<void> = Promise.resolve();
  #flushing: Promise<void> = Promise.resolve();

  constructor(file: FileHandle) {
    super({ highWaterMark: 1 });
    this.#file = file;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#take(chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#finish().then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const close = () => this.#file.close();
    // The file must not be closed before they have ended.
    Promise.allSettled([this.#writing, this.#flushing])
      .then(close)
      .then(() => done(error), done);
  }

  async #take(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      this.#buffer ??= Buffer.allocUnsafeSlow(BUFFER_BYTES);
      const piece = chunk.subarray(at, at + this.#buffer.length - this.#filled);
      this.#buffer.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === this.#buffer.length) await this.#send();
    }
  }

  async #send(): Promise<void> {
    await this.#writing;
    this.#unflushed += this.#filled;
    if (this.#unflushed >= FLUSH_EVERY_BYTES && !this.#isFlushing) {
      await this.#flushing;
      this.#unflushed = 0;
      this.#flushing = this.#flush();
      this.#flushing.catch(() => {});
    }
    const full = this.#buffer;
    if (full === undefined) return;
    this.#writing = this.#writeAll(full.subarray(0, this.#filled));
    this.#writing.catch(() => {});
    this.#buffer = this.#spare;
    this.#spare = full.length === BUFFER_BYTES ? full : undefined;
    this.#filled = 0;
  }

  async #finish(): Promise<void> {
    await this.#send();
    await this.#writing;
    await this.#flushing;
    await this.#file.sync();
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, at);
      at += bytesWritten;
    }
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    try {
      await this.#file.datasync();
    } finally {
      this.#isFlushing = false;
    }
  }
}
