/** As long as text may grow before it becomes bytes: text that is added to for long is slow to write, and to forget. */
const CHUNK = 2 ** 14;
/** Of UTF-8, for a unit of JavaScript's. */
const MOST_BYTES = 3;

/** Text that is added to, as bytes. */
export class TextPage {
  #bytes: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(2 ** 17);
  #end = 0;
  #text = '';

  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= CHUNK) this.#flush();
  }

  /** All that was added. */
  bytes(): Buffer<ArrayBuffer> {
    this.#flush();
    return this.#bytes.subarray(0, this.#end);
  }

  #flush(): void {
    const needed = this.#end + this.#text.length * MOST_BYTES;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, needed));
      grown.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = grown;
    }
    this.#end += this.#bytes.write(this.#text, this.#end);
    this.#text = '';
  }
}
