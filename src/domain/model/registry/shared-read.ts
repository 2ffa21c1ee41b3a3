/**
 * Answers each key with what was read after it was asked for, never before. Whoever asks while a read is under way
 * shares the next one with all others who do, so that there are at most two at a time, however many ask.
 */
export function sharedRead<Value>(read: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  interface Reading {
    readonly now: Promise<Value>;
    next: Promise<Value> | undefined;
  }
  const underWay = new Map<string, Reading>();

  const begin = (key: string): Promise<Value> => {
    const reading: Reading = { now: read(key), next: undefined };
    underWay.set(key, reading);
    const end = () => {
      if (!reading.next) underWay.delete(key);
    };
    reading.now.then(end, end);
    return reading.now;
  };

  return (key) => {
    const reading = underWay.get(key);
    if (!reading) return begin(key);
    const after = () => begin(key);
    reading.next ??= reading.now.then(after, after);
    return reading.next;
  };
}
