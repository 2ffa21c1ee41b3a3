/** One call under way at a time; whoever asks meanwhile gets its result. */
export function shared<T>(start: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= start().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
