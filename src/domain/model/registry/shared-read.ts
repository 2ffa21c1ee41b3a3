/**
 * Answers each key with what was read after it was asked for, never before. Whoever asks while a read is under way
 * shares the next one with all others who do, so that there are at most two at a time, however many ask.
 * @param nameOf tells keys apart
 */
export function sharedRead<Key, Value>(
  read: (key: Key) => Promise<Value>,
  nameOf: (key: Key) => string = String,
): (key: Key) => Promise<Value> {
  interface Reading {
    readonly now: Promise<Value>;
    next: Promise<Value> | undefined;
  }
  const underWay = new Map<string, Reading>();

  const begin = (key: Key, name: string): Promise<Value> => {
    const reading: Reading = { now: read(key), next: undefined };
    underWay.set(name, reading);
    const end = () => {
      if (!reading.next) underWay.delete(name);
    };
    reading.now.then(end, end);
    return reading.now;
  };

  return (key) => {
    const name = nameOf(key);
    const reading = underWay.get(name);
    if (!reading) return begin(key, name);
    const after = () => begin(key, name);
    reading.next ??= reading.now.then(after, after);
    return reading.next;
  };
}
