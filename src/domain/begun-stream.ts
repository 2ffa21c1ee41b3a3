/** A stream of bytes whose start has been read. Disposed, it is given up where it is, which nobody waits for. */
export interface BegunStream extends Disposable {
  /** As much as was asked for, or more. */
  readonly head: Buffer;
  /** Nothing follows. */
  readonly isWhole: boolean;
  /** All of it, from the beginning; to be asked for once. */
  all(): AsyncGenerator<Uint8Array>;
}

/** Reads a stream until `bytes` of it have come, or all. @throws what the stream throws */
export async function beginStream(source: AsyncIterable<Uint8Array>, bytes: number): Promise<BegunStream> {
  const iterator = source[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  while (length < bytes && !isWhole) {
    const { value, done } = await iterator.next();
    if (done) isWhole = true;
    else {
      // A copy: it may be valid only until the next one is asked for.
      pieces.push(Buffer.from(value));
      length += value.byteLength;
    }
  }
  const head = Buffer.concat(pieces, length);
  const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => iterator };
  return {
    head,
    isWhole,
    async *all() {
      yield head;
      if (!isWhole) yield* rest;
    },
    [Symbol.dispose]() {
      iterator.return?.().catch(() => undefined);
    },
  };
}
