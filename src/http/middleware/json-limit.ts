import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../../errors.ts';

/**
 * JSON is read into memory whole: a larger body is refused before, by its announced length or while it arrives. Of
 * other bodies no notice is taken.
 */
export const jsonLimit = (maxBytes: number): MiddlewareHandler => {
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new AppError('too_large', `The request is larger than ${maxBytes} bytes.`);
    },
  });
  return (c, next) => (isJson(c.req.header('content-type')) ? limit(c, next) : next());
};

const isJson = (contentType: string | undefined): boolean => /json\b/i.test(contentType ?? '');
