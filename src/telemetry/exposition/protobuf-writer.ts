const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const LONGEST_VARINT = 10;

/** From which on a number is more than operations on bits know. */
const TWO_POWER_31 = 2 ** 31;
const LAST_ASCII = 127;

const encoder = new TextEncoder();

/**
 * The part of Protocol Buffers' wire format that the exposition needs (protobuf.dev/programming-guides/encoding), written
 * into one buffer that grows: a page has a message for each bucket, and whatever made an object of each would take as
 * long as the text.
 */
export class ProtobufWriter {
  #bytes = new Uint8Array(2 ** 16);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  /** Begins again, in the same memory. */
  clear(): void {
    this.#end = 0;
  }

  /** What was written so far; what is written after `clear` takes its place. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#end);
  }

  /** @param value whole, not negative, exact up to 2^53 */
  uint(field: number, value: number): void {
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  double(field: number, value: number): void {
    this.#tag(field, FIXED64);
    this.#reserve(8);
    this.#view.setFloat64(this.#end, value, true);
    this.#end += 8;
  }

  string(field: number, text: string): void {
    this.#tag(field, LENGTH_DELIMITED);
    this.#reserve(LONGEST_VARINT + text.length);
    const start = this.#end;
    this.#varint(text.length);
    // Most is short and ASCII, for which an encoder takes longer to be called than to encode.
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > LAST_ASCII) {
        this.#end = start;
        const bytes = encoder.encode(text);
        this.#varint(bytes.length);
        this.raw(bytes);
        return;
      }
      this.#bytes[this.#end++] = code;
    }
  }

  /** Fields that were written before. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** @param value whole, of either sign */
  sint(field: number, value: number): void {
    this.#tag(field, VARINT);
    this.#varint(zigzag(value));
  }

  /** Repeated whole numbers of either sign, packed. */
  sints(field: number, values: Iterable<number>): void {
    const start = this.open(field);
    for (const value of values) this.#varint(zigzag(value));
    this.close(start);
  }

  /**
   * What is written from now on is a message in a field, until it is closed.
   * @param field none: a message of a stream, with its length before it
   * @returns what `close` must be told
   */
  open(field?: number): number {
    if (field !== undefined) this.#tag(field, LENGTH_DELIMITED);
    this.#reserve(LONGEST_VARINT);
    // Most are shorter than 128 bytes; what is longer makes room for its length when that is known.
    return this.#end++;
  }

  close(start: number): void {
    const length = this.#end - start - 1;
    const extra = sizeOfVarint(length) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#bytes.copyWithin(start + 1 + extra, start + 1, this.#end);
    }
    this.#end = start;
    this.#varint(length);
    this.#end += length;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(LONGEST_VARINT);
    let rest = value;
    for (; rest >= TWO_POWER_31; rest = Math.floor(rest / 128)) this.#bytes[this.#end++] = (rest % 128) | 128;
    for (; rest >= 128; rest >>= 7) this.#bytes[this.#end++] = (rest & 127) | 128;
    this.#bytes[this.#end++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#end + bytes));
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}
