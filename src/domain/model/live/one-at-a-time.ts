/** Each run begins when the one before it has ended, however that one did. */
export function oneAtATime<Args extends unknown[]>(
  work: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (...args) => {
    const run = () => work(...args);
    last = last.then(run, run);
    return last;
  };
}
