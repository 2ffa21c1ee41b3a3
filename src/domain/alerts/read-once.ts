/** Answers each key with what was once read for it; what could not be read, the next who asks has read again. */
export function readOnce<Key, Value>(read: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const readings = new Map<Key, Promise<Value>>();
  return (key) => {
    const before = readings.get(key);
    if (before) return before;
    const reading = read(key);
    readings.set(key, reading);
    reading.catch(() => readings.delete(key));
    return reading;
  };
}
