import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../../errors.ts';
import { isTimeout, within } from '../../within.ts';

/** A few hundred kilobytes a second for the largest body. */
const BODY_MS = 60_000;

/**
 * JSON is read into memory whole: a larger body is refused, by its announced length or while it arrives, and one that
 * is not there in time is given up. Of other bodies no notice is taken.
 */
export const jsonBody = (maxBytes: number, maxMs = BODY_MS): MiddlewareHandler => {
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new AppError('too_large', `The request is larger than ${maxBytes} bytes.`);
    },
  });
  return async (c, next) => {
    if (isJson(c.req.header('content-type'))) {
      // Whoever reads it after this finds it in the request's cache.
      const read = async () => void (await c.req.text());
      try {
        await within(Promise.resolve(limit(c, read)), maxMs);
      } catch (error) {
        throw isTimeout(error) ? new AppError('request_timeout', 'The body did not arrive in time.') : error;
      }
    }
    await next();
  };
};

export const isJson = (contentType: string | undefined): boolean =>
  /^\s*application\/([a-z.-]+\+)?json\b/i.test(contentType ?? '');
