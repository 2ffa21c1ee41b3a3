/**
 * The part of Protocol Buffers' wire format that ONNX files need (https://protobuf.dev/programming-guides/encoding):
 * varints and length-delimited fields.
 */

const encoder = new TextEncoder();

const VARINT = 0;
const LENGTH_DELIMITED = 2;

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param value negative ones take ten bytes, as two's complement of 64 bits */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

export function intField(field: number, value: number): Uint8Array {
  return concatBytes([varint((field << 3) | VARINT), varint(value)]);
}

export function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return concatBytes([varint((field << 3) | LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

export function stringField(field: number, text: string): Uint8Array {
  return bytesField(field, encoder.encode(text));
}

/** A message as a field: the fields inside it, one after the other. */
export function messageField(field: number, fields: readonly Uint8Array[]): Uint8Array {
  return bytesField(field, concatBytes(fields));
}

/** Repeated whole numbers, packed. */
export function intsField(field: number, values: readonly number[]): Uint8Array {
  return bytesField(field, concatBytes(values.map(varint)));
}

export function doubleBytes(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i]!, true);
  return new Uint8Array(view.buffer);
}
