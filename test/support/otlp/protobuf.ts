/** How a field is read: a scalar by its name, another message by its fields. */
export type Field = readonly [name: string, type: Scalar | Fields, repeated?: 'repeated'];
export type Fields = { readonly [number: number]: Field };
type Scalar = 'string' | 'hex' | 'bool' | 'int' | 'double' | 'fixed64' | 'fixed32' | 'doubles' | 'fixed64s';

/**
 * Reads a protobuf message by the numbers of its schema, without any of the SDK's code, into what its JSON form would be;
 * fields that are not named are left out.
 */
export function readMessage(bytes: Buffer, fields: Fields): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const raw: bigint | Buffer =
      wire === 0 ? varint() : wire === 1 ? take(8) : wire === 5 ? take(4) : take(Number(varint()));
    const field = fields[tag >>> 3];
    if (field === undefined) continue;
    const [name, type, repeated] = field;
    const value = read(raw, type);
    message[name] = repeated ? [...((message[name] as unknown[]) ?? []), value] : value;
  }
  return message;
}

function read(raw: bigint | Buffer, type: Scalar | Fields): unknown {
  if (typeof raw === 'bigint') return type === 'bool' ? raw !== 0n : Number(BigInt.asIntN(64, raw));
  switch (type) {
    case 'string':
      return raw.toString();
    case 'hex':
      return raw.toString('hex');
    case 'double':
      return raw.readDoubleLE();
    case 'fixed64':
      return String(raw.readBigInt64LE());
    case 'fixed32':
      return raw.readUInt32LE();
    case 'doubles':
      return Array.from({ length: raw.length / 8 }, (_, i) => raw.readDoubleLE(8 * i));
    case 'fixed64s':
      return Array.from({ length: raw.length / 8 }, (_, i) => String(raw.readBigInt64LE(8 * i)));
    default:
      return readMessage(raw, type as Fields);
  }
}
