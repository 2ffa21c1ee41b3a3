/**
 * The outcome of `work`, if it comes within `ms`. What is late goes on unheeded; its failure is nobody's any more.
 * @throws {DOMException} `TimeoutError` when it does not come in time
 */
export async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => limit.reject(new DOMException(`nothing within ${ms} ms`, 'TimeoutError')),
    ms,
  );
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export const isTimeout = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'TimeoutError';
